"""The command that works on batch jobs."""

import sys

from app.cli.running import NotInAGateway, compile_apart
from app.cli.shared import fail, refuse_strangers
from app.settings import Settings


def worker() -> None:
    """Work on batch jobs, with any number of others; settings come from the environment."""
    sys.meta_path.insert(0, NotInAGateway())
    from app.classifiers.base import ClassifierError
    from app.classifiers.store import ModelFolderError
    from app.faces.http import logs
    from app.identity.ehr_servers import EhrServersError
    from app.identity.webhook_receivers import WebhooksError
    from app.worker import work_here

    settings = Settings()
    refuse_strangers(settings)
    logs.configure()
    compile_apart()  # not while it has a chunk in hand that another worker could make
    try:
        work_here(settings)
    except (ModelFolderError, ClassifierError, EhrServersError, WebhooksError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"Metrics cannot be served at WORKER_METRICS_PORT: {error.strerror or error}.")
