"""Traces over OTLP/HTTP, where an endpoint is set; OpenTelemetry is imported only then.

The provider is ours alone and not the one of the process: what libraries would trace by themselves
names vaults in its attributes, and stays untraced.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.about import ABOUT
from bot.errors import Misconfigured
from bot.settings import Settings
from bot.spans import REQUEST, Open, trace_with

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer


@contextmanager
def traced(settings: Settings) -> Iterator[None]:
    """Send spans while this is open; what is left of them is sent at the end."""
    if not settings.traces:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Misconfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed.",
            "Install the extra (dr-bot[otel]), or take the setting away.",
        ) from error
    called = Resource({"service.name": "dr-bot"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=called, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{settings.traces}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace_with(_opener(provider.get_tracer("dr")))
    try:
        yield
    finally:
        trace_with(None)
        provider.shutdown()


def _opener(tracer: "Tracer") -> Open:
    from opentelemetry.trace import Status, StatusCode

    @contextmanager
    def opened(name: str, attributes: Mapping[str, str]) -> Iterator[None]:
        with tracer.start_as_current_span(
            name, attributes=dict(attributes), record_exception=False, set_status_on_exception=False
        ) as one:
            try:
                yield
            except BaseException as error:
                one.set_attribute("error.type", type(error).__name__)
                one.set_status(Status(StatusCode.ERROR))
                raise
            finally:
                if REQUEST not in attributes and ABOUT.get().startswith("R-"):
                    one.set_attribute(REQUEST, ABOUT.get())

    return opened
