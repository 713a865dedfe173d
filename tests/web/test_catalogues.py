"""Every sentence is marked and translated; the tool that says so finds what is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from web import catalogues, i18n, unmarked
from web.catalogues import Problem, extracted, placeholders, problems


@pytest.fixture(scope="module")
def wanted():
    return extracted()


@pytest.mark.parametrize("fault", ["missing", "stale", "untranslated", "placeholders"])
@pytest.mark.parametrize("language", catalogues.languages())
def test_no_message_of_a_catalogue_is_at_fault(language, fault, wanted):
    found = list(problems(language, i18n.catalogue(language), wanted))
    assert [str(each) for each in found if each.fault == fault] == []


def test_no_text_that_people_read_is_unmarked():
    assert unmarked.everywhere() == []


def test_swedish_is_one_of_the_languages_and_english_needs_none():
    assert "sv" in catalogues.languages()
    assert "en" not in catalogues.languages()


def test_every_message_can_be_filled_in(wanted):
    texts = [
        text for each in wanted.values() for text in ([each] if isinstance(each, str) else each)
    ]
    assert [text for text in texts if placeholders(text) is None] == []


# The tool


@pytest.fixture
def house(tmp_path, monkeypatch) -> Path:
    """A house of two files with a catalogue of Swedish."""
    templates = tmp_path / "web" / "templates"
    templates.mkdir(parents=True)
    (tmp_path / "governance").mkdir()
    (tmp_path / "governance" / "noun.py").write_text(
        'A = N_("There is no such date.")\nB = say(_("Long text "\n    "over two lines."))\n'
        'C = ngettext("%(count)s day", "%(count)s days", 2)\nD = _(A)\n'
    )
    (templates / "page.html").write_text(
        "<h1>{{ _('Members') }}</h1>\n"
        "{% trans name=x %}\n  Hello\n  {{ name }}\n{% endtrans %}\n"
        "{% trans count=n %}one member{% pluralize %}{{ count }} members{% endtrans %}\n"
    )
    catalogue = tmp_path / "locale" / "sv" / "LC_MESSAGES" / "stamma.po"
    catalogue.parent.mkdir(parents=True)
    head = (i18n.LOCALE / "sv" / "LC_MESSAGES" / "stamma.po").read_text(encoding="utf-8")
    catalogue.write_text(head.partition("\n\n")[0], encoding="utf-8")
    monkeypatch.setattr(i18n, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(catalogues.extracted, "__defaults__", (tmp_path,))
    return tmp_path


def written(house: Path) -> str:
    return (house / "locale" / "sv" / "LC_MESSAGES" / "stamma.po").read_text(encoding="utf-8")


def test_messages_are_collected_from_code_and_templates(house):
    assert sorted(extracted()) == [
        "%(count)s day",
        "Hello %(name)s",
        "Long text over two lines.",
        "Members",
        "There is no such date.",
        "one member",
    ]


def test_an_update_adds_what_is_new_sorted_and_without_places(house):
    assert catalogues.update("sv") == 6
    text = written(house)
    ids = [line for line in text.splitlines() if line.startswith("msgid ")]
    assert ids == [f'msgid "{each}"' for each in ["", *sorted(extracted())]]
    assert "#:" not in text
    assert 'msgid_plural "%(count)s members"' in text
    assert catalogues.update("sv") == 6
    assert written(house) == text


def test_an_update_keeps_translations_and_drops_what_is_said_no_more(house):
    catalogues.update("sv")
    path = house / "locale" / "sv" / "LC_MESSAGES" / "stamma.po"
    text = written(house).replace('msgid "Members"\nmsgstr ""', 'msgid "Members"\nmsgstr "Medl"')
    path.write_text(text + '\nmsgid "Gone"\nmsgstr "Borta"\n', encoding="utf-8")
    assert catalogues.update("sv") == 5
    assert 'msgid "Members"\nmsgstr "Medl"' in written(house)
    assert "Borta" not in written(house)


def test_a_message_that_has_got_a_plural_is_translated_anew(house):
    catalogues.update("sv")
    path = house / "locale" / "sv" / "LC_MESSAGES" / "stamma.po"
    path.write_text(
        written(house).partition("\n\n")[0] + '\n\nmsgid "one member"\nmsgstr "en medlem"\n'
    )
    assert catalogues.update("sv") == 6
    assert "en medlem" not in written(house)


def test_long_texts_are_read_back_as_they_were(house):
    path = house / "web" / "templates" / "long.html"
    text = "A sentence with “quotes”, a \\ and more words than there is room for on a line. " * 3
    path.write_text('{{ _("' + text.strip().replace("\\", "\\\\") + '") }}')
    catalogues.update("sv")
    found = i18n.catalogue("sv")
    assert text.strip() in found


def faults(po: str, wanted: dict) -> list[Problem]:
    head = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return list(problems("sv", read_po(io.BytesIO((head + po).encode()), locale="sv"), wanted))


PLURAL = ("%(n)s day", "%(n)s days")


@pytest.mark.parametrize(
    ("po", "wanted", "fault"),
    [
        ("", "Members", "missing"),
        ('msgid "Gone"\nmsgstr "Borta"', None, "stale"),
        ('msgid "Members"\nmsgstr ""', "Members", "untranslated"),
        ('#, fuzzy\nmsgid "Members"\nmsgstr "Medl"', "Members", "untranslated"),
        ('msgid "A %(name)s"\nmsgstr "En %(namn)s"', "A %(name)s", "placeholders"),
        ('msgid "A %(name)s"\nmsgstr "En"', "A %(name)s", "placeholders"),
        ('msgid "A %(name)s"\nmsgstr "En %(name)"', "A %(name)s", "placeholders"),
        ('msgid "All"\nmsgstr "100 %"', "All", "placeholders"),
        (
            'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s dag"\nmsgstr[1] ""',
            PLURAL,
            "untranslated",
        ),
        (
            'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\n'
            'msgstr[0] "%(n)s dag"\nmsgstr[1] "dagar"',
            PLURAL,
            "placeholders",
        ),
        ('msgid "%(n)s day"\nmsgstr "%(n)s dag"', PLURAL, "untranslated"),
    ],
)
def test_each_fault_of_a_catalogue_is_named(po, wanted, fault):
    singular = wanted[0] if isinstance(wanted, tuple) else wanted
    found = faults(po, {singular: wanted} if wanted else {})
    assert [each.fault for each in found] == [fault]


@pytest.mark.parametrize(
    ("po", "wanted"),
    [
        ('msgid "A %(name)s"\nmsgstr "%(name)s en"', "A %(name)s"),
        (
            'msgid "one day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "en dag"\n'
            'msgstr[1] "%(n)s dagar"',
            ("one day", "%(n)s days"),
        ),
    ],
)
def test_a_translation_that_says_the_same_is_no_fault(po, wanted):
    singular = wanted[0] if isinstance(wanted, tuple) else wanted
    assert faults(po, {singular: wanted}) == []


def test_the_command_says_what_is_missing_and_fails(house, capsys, monkeypatch):
    monkeypatch.setattr(unmarked.everywhere, "__defaults__", (house,))
    assert catalogues.main(["check"]) == 1
    assert "sv: missing: 'Members'" in capsys.readouterr().out
    assert catalogues.main(["update"]) == 0
    assert capsys.readouterr().out == "sv: 6 to translate\n"
    assert catalogues.main([]) == 2


# Unmarked text


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{{ name }} has left</p>", ["\N{OBJECT REPLACEMENT CHARACTER} has left"]),
        ('<img alt="A face">', ["alt='A face'"]),
        ('<button aria-label="close">×</button>', ["aria-label='close'"]),  # noqa: RUF001
        ('<td data-label="Name">{{ x }}</td>', ["data-label='Name'"]),
        ('{{ ui.button("Save it") }}', ["Save it"]),
        ('<p>{{ "yes" if x else "no" }}</p>', ["yes no"]),
        ('{{ x ~ " members" }}', ["\N{OBJECT REPLACEMENT CHARACTER} members"]),
        ('{% set title = "All members" %}', ["All members"]),
        ('{{ _("Sent to %(who)s", who="Every member") }}', ["Every member"]),
        ("{% if x %}<p>open</p>{% else %}<p>closed</p>{% endif %}", ["open", "closed"]),
    ],
)
def test_unmarked_text_is_found_in_a_template(template, found):
    assert unmarked.in_template(template) == found


@pytest.mark.parametrize(
    "template",
    [
        '<p>{{ _("Hello") }}</p>',
        "<p>{% trans %}Hello{% endtrans %}</p>",
        '<p class="{{ "wide open" if x }}" data-state="open">{{ n }} · § 3 → 4 kB</p>',
        '{% extends "base.html" %}{% block width %}wide{% endblock %}',
        '{% block live %}data-live="{{ meeting.id }}"{% endblock %}',
        "<code>stamma receipt FILE</code>",
        '{{ {"open": _("Open")}[state] }}{{ mail["Subject"] }}',
        '{{ ui.field("email", _("Address"), type="email", autocomplete="one-time-code") }}',
        '<a href="/members?which={{ x }}">{{ x }}</a>',
        "{# a comment in words #}<!-- and one of HTML -->",
    ],
)
def test_what_nobody_reads_or_what_is_marked_is_left_alone(template):
    assert unmarked.in_template(template) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('class Late(Refused):\n    message = "Too late."', ["Too late."]),
        ('class Late(Refused):\n    message = N_("Too late.")', []),
        ('raise Late("Too late.")', ["Too late."]),
        ('raise errors.Late(f"Too late for {name}.")', ["f-string"]),
        ('raise Late(N_("Too late."), field="date")', []),
        ("raise Late(message)", []),
        ('raise ValueError("for developers")', []),
    ],
)
def test_what_a_refusal_says_is_marked(source, found):
    assert unmarked.in_python(source, {"Refused", "Late"}) == found


def test_every_refusal_of_the_house_is_known():
    known = unmarked.refusals()
    assert {"Refused", "Invalid", "NotFound", "AddressInUse", "LastAdministrator"} <= known
    assert "House" not in known
