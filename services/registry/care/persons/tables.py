"""The keys of people in need, each wrapped by the installation's."""

from chassis.tables import WITHHELD
from chassis.vault import PersonKeyColumns
from services.registry.tables import Table


class PersonKeyRow(PersonKeyColumns, Table, table=True):
    """Deleted, it erases the person: what was sealed under it stays and says nothing."""

    __tablename__ = "person_key"
    __table_args__ = ({"info": {WITHHELD: True}},)
