"""Where the console finds the services whose HTTP it uses, from the environment (`SHUNIU_CONSOLE_...`)."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.embedded.connection import read_connection_file


class ConsoleSettings(BaseSettings):
    """Settings of the console alone."""

    model_config = SettingsConfigDict(env_prefix="SHUNIU_CONSOLE_")

    services: dict[str, str] = Field(
        default_factory=dict, description='base URL by service, as JSON: {"registry": "http://registry:8000"}'
    )
    secure_cookies: bool = Field(False, description="send cookies over HTTPS only; set it behind TLS")

    def urls(self) -> dict[str, str]:
        """The services' URLs; those of the stack file where the environment names none."""
        if not self.services and (file := os.environ.get("SHUNIU_STACK_FILE")):
            found = read_connection_file(Path(file).parent).services
        else:
            found = self.services
        return {name: url.rstrip("/") for name, url in found.items() if name != "console"}
