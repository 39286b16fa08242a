"""How the portal writes its log: a line for each event, for people or as JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from sync.log_context import being_done


class PlainLines(logging.Formatter):
    """With what the process is doing; a message never begins a second line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        known = "".join(f" {name}={value}" for name, value in being_done().items())
        return super().formatMessage(record) + known


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **being_done(),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)
