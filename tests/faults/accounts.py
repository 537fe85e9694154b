"""People with an account on the secured listener, whose rights and password an administrator changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from tests.faults.world import World

Right = tuple[ResourceType, str, AclOperation]


def needed(world: World) -> dict[str, Right]:
    """What docs/secured-clusters.md grants, by what it is good for."""
    topic, ours = ResourceType.TOPIC, f"kmp-desktop.v1.{world.queue_topic}"
    return {
        "read the queue": (topic, world.queue_topic, AclOperation.READ),
        "write to the queue": (topic, world.queue_topic, AclOperation.WRITE),
        "settings of the queue": (topic, world.queue_topic, AclOperation.DESCRIBE_CONFIGS),
        "read the retry topic": (topic, world.retry_topic, AclOperation.READ),
        "write to the retry topic": (topic, world.retry_topic, AclOperation.WRITE),
        "settings of the retry topic": (topic, world.retry_topic, AclOperation.DESCRIBE_CONFIGS),
        "group": (ResourceType.GROUP, world.group, AclOperation.READ),
        "group of the program": (ResourceType.GROUP, ours, AclOperation.READ),
        "transactions": (ResourceType.TRANSACTIONAL_ID, ours, AclOperation.WRITE),
    }


@dataclass(slots=True)
class Account:
    """A new user of the broker at ``world.bootstrap``, who may do nothing yet."""

    world: World
    name: str = field(default_factory=lambda: f"clerk-{uuid.uuid4().hex[:8]}")
    password: str = "right-secret"

    def create(self) -> None:
        """Let it sign in; also: again, after ``delete``."""
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        change = UserScramCredentialUpsertion(self.name, info, self.password.encode())
        admin = self._admin()  # what it is asked ends with it
        for future in admin.alter_user_scram_credentials([change]).values():
            future.result(30)

    def delete(self) -> None:
        """Nobody can sign in as this user any more; connections that are open stay."""
        change = UserScramCredentialDeletion(self.name, ScramMechanism.SCRAM_SHA_512)
        admin = self._admin()  # what it is asked ends with it
        for future in admin.alter_user_scram_credentials([change]).values():
            future.result(30)

    def allow(self, rights: Iterable[Right]) -> None:
        """Give rights."""
        bindings = [
            AclBinding(
                *(kind, name, ResourcePatternType.LITERAL, f"User:{self.name}", "*", operation),
                AclPermissionType.ALLOW,
            )
            for kind, name, operation in rights
        ]
        admin = self._admin()
        for future in admin.create_acls(bindings).values():
            future.result(30)

    def take_away(self, right: Right) -> None:
        """Take one right back."""
        kind, name, operation = right
        one = AclBindingFilter(
            *(kind, name, ResourcePatternType.LITERAL, f"User:{self.name}", "*", operation),
            AclPermissionType.ALLOW,
        )
        admin = self._admin()
        for future in admin.delete_acls([one]).values():
            assert future.result(30)

    def settings(self, password: str = "") -> Path:
        """A file for ``-O``, with the right password if none is given."""
        given = password or self.password
        file = self.world.folder / f"{self.name}-{given}.properties"
        file.write_text(
            "security.protocol=SASL_PLAINTEXT\n"
            "sasl.mechanism=SCRAM-SHA-512\n"
            "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="{self.name}" password="{given}";\n',
            encoding="utf-8",
        )
        return file

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.world.bootstrap, "log_level": 0})
