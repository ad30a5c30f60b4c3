"""What alembic runs: the steps of `versions`, on the connection it is given, inside its transaction."""

from __future__ import annotations

from alembic import context

from pipetui.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
context.run_migrations()
