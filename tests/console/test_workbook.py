"""What a report of rows says of a workbook, as HTML."""

from services.console.pages.register import _named
from services.console.pages.workbook import Fault

ID = "01a20267-5077-75c2-9723-33b1be243ef0"


def test_a_record_that_a_fault_names_is_one_click_away_in_a_tab_of_its_own() -> None:
    fault = Fault(2, "名称", f"与“<b>晨光</b>”（{ID}）相似", _named(ID))
    link = f'<a href="/organizations/{ID}" target="_blank" rel="noopener">{ID}</a>'
    assert fault.shown() == f"与“&lt;b&gt;晨光&lt;/b&gt;”（{link}）相似"


def test_what_is_no_record_is_no_link() -> None:
    for other in (None, "row 5", '"><script>'):
        assert Fault(2, "名称", f"与 {other} 相似", _named(other)).shown().count("<") == 0
