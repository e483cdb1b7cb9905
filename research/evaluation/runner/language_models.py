"""Where language models come from while methods are compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.classifiers.model_version import ModelVersion
from app.proposers.llm.adapter import load_adapter
from app.proposers.llm.prompt import Style
from research.llm_session import LlmEndpoint, serving

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class LanguageModels:
    """A server by URL, or else one started here in `home`."""

    home: Path
    given: LlmEndpoint | None = None

    @contextmanager
    def endpoint(
        self, model: ModelVersion, style: Style | None, report: Report
    ) -> Iterator[LlmEndpoint | None]:
        """A server for this style; None without one, or where a fine-tuned one is asked for nobody taught.

        Raises:
            EmbeddedError: it cannot start.
        """
        adapter = load_adapter(model.folder) if style is Style.FINE_TUNED else None
        if style is None or (style is Style.FINE_TUNED and adapter is None):
            yield None
        elif self.given is not None:
            yield self.given
        else:
            with serving(adapter, self.home, lambda words, _: report(words, 0.0)) as endpoint:
                yield endpoint
