"""HTML that is made from data."""

from html.parser import HTMLParser

from lessons.view import el, tabular


def test_columns_are_named_for_the_style_sheet_whatever_is_in_their_names() -> None:
    styles: list[str | None] = []

    class Tables(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            styles.extend(value for name, value in attrs if name == "style")

    Tables().feed(tabular(["row", 'a "b" \\ <i>', "准确率"], [el("tr", el("th", "1"), el("td", "2"), el("td", "3"))]))
    assert styles == [r'--column-1: "row"; --column-2: "a \"b\" \\ <i>"; --column-3: "准确率"']
