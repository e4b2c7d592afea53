"""Log lines: one JSON object a line in production, readable text elsewhere."""

from __future__ import annotations

from typing import Any

import structlog


def configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    """The LOGGING setting; also sets structlog up so that both kinds of loggers write the same lines."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # A newline inside a value must not begin a line of its own: JSON escapes it, repr does so in text.
    renderer: Any = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"])
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": steps,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "WARNING"},
        },
    }
