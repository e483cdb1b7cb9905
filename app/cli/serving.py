"""Running the gateway, in one process or in several."""

import os
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from app.cli.shared import fail
from app.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


def gateway() -> "FastAPI":
    """The gateway by the settings of the environment."""
    from app.faces.http import logs
    from app.main import create_app

    logs.configure()
    return create_app(Settings())


def _with_processes(settings: Settings) -> "FastAPI":
    """The same with processes to search in, if the settings have it so: this one is forked for them.

    Connections to classifiers elsewhere cannot be shared: with one, threads search.
    """
    if not settings.search_in_processes or settings.classifier_urls:
        return gateway()
    from app.bootstrap import registry_of
    from app.faces.http import logs
    from app.main import create_app, warmed_up
    from app.search_processes.shared import Shared
    from app.search_processes.template import Template

    logs.configure()
    registry = registry_of(settings)
    warmed_up(registry)
    return create_app(settings, registry, Template.fork(Shared(registry)))


def serve_here(settings: Settings) -> None:
    """Serve in this process until it is told to end.

    Raises:
        IdentityError: callers cannot be told apart as the settings say.
        ModelFolderError: a model cannot be hosted.
        ClassifierError: a classifier elsewhere is away.
    """
    from app.faces.http.server.gateway_server import GatewayServer

    server = GatewayServer(_with_processes(settings), settings, may_exit=True)
    with suppress(KeyboardInterrupt):
        server.run()


def serve_by_processes(settings: Settings) -> int:
    """Serve in several processes until this one is told to end; the exit code.

    Models are loaded once, before the processes part. Connections to classifiers elsewhere cannot be shared:
    with one, each process loads its own.

    Raises:
        IdentityError: callers cannot be told apart as the settings say.
        ModelFolderError: a model cannot be hosted.
        ClassifierError: a classifier elsewhere is away.
    """
    from app.faces.http.server.shared_figures import FOLDER, shared_figures

    figures = shared_figures()
    os.environ[FOLDER] = str(figures)  # before prometheus_client is loaded
    try:
        return _serve_by_processes(settings)
    finally:
        shutil.rmtree(figures, ignore_errors=True)


def _serve_by_processes(settings: Settings) -> int:
    from prometheus_client.multiprocess import mark_process_dead
    from uvicorn.config import STARTUP_FAILURE

    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.faces.http.server.gateway_server import GatewayServer, listening_at
    from app.faces.http.server.processes import Processes
    from app.identity.errors import IdentityError

    loaded = None if settings.classifier_urls else _with_processes(settings)
    try:
        listening = listening_at(settings.host, settings.port)
    except OSError as error:
        fail(f"HOST and PORT: {error.strerror or error}.")

    def serve() -> None:
        try:
            app = loaded or gateway()
        except (IdentityError, ModelFolderError, ClassifierError) as error:
            typer.echo(str(error), err=True)
            sys.exit(STARTUP_FAILURE)
        GatewayServer(app, settings, may_exit=True).run([listening])

    return Processes(settings.gateway_processes, serve, mark_process_dead).run(settings.shutdown_s)
