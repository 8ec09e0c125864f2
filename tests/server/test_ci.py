"""What CI systems are given: the steps of the GitHub action and of the GitLab template run in a shell, the pre-commit
hooks in pre-commit, all without a network. Installing is a stand-in here; ``.ci/run`` does it for real."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundstate import __version__

ROOT = Path(__file__).parents[2]
BUG = "def mean(values):\n    return sum(values) / len(value)\n"
CLEAN = BUG.replace("(value)", "(values)")

# Elsewhere a missing bash or git fails: what CI runs was not tried then.
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts of CI are for bash")


@pytest.fixture
def project(folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a commit; a program ``groundstate`` and nothing of CI's in the environment."""
    tools = tmp_path_factory.mktemp("tools")
    script = tools / "groundstate"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m groundstate "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.com")
    (folder / "old.py").write_text(BUG, encoding="utf-8")
    (folder / ".gitignore").write_text(".cache\n", encoding="utf-8")
    for arguments in (("init", "-qb", "main"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


def shell(script: str, folder: Path, program: str = "bash", **environment: str) -> tuple[int, str]:
    """Runs a script as CI systems do, which stop at a command that fails."""
    done = subprocess.run(
        [program, "-e", *(("-o", "pipefail") if program == "bash" else ()), "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return loaded


def action_step(name: str) -> str:
    (step,) = [item for item in action()["runs"]["steps"] if item["name"] == name]
    script: str = step["run"]
    return script


def github(folder: Path, **inputs: str) -> tuple[int, str]:
    """The action's check with its inputs, whose defaults are those of ``action.yml``."""
    given = {name: item["default"] for name, item in action()["inputs"].items()} | inputs
    (step,) = [item for item in action()["runs"]["steps"] if item["name"] == "Check"]
    environment = {
        name: given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, value in step["env"].items()
        if value.startswith("${{ inputs.")
    }
    assert step["env"].keys() - environment.keys() == {"XDG_CACHE_HOME"}
    files = {name: str(folder / ".cache" / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    (folder / ".cache").mkdir(exist_ok=True)
    return shell(step["run"], folder, **environment, **files)


def test_scripts_of_the_action_take_inputs_from_the_environment_only() -> None:
    """An input in the text of a script would be run as part of it."""
    scripts = [step["run"] for step in action()["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    assert all("${{" not in script for script in scripts)


def test_the_action_annotates(project: Path) -> None:
    code, out = github(project, options="--select GS1", **{"sarif-file": "report.sarif"})
    assert code == 1
    assert out == (
        "::error file=old.py,line=2,endLine=2,col=30,endColumn=35,title=GS102 undefined-name::"
        "no scope defines `value`\n"
    )
    assert (project / ".cache" / "GITHUB_OUTPUT").read_text(encoding="utf-8") == "exit-code=1\n"
    assert "old.py:2:30" in (project / ".cache" / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    log = json.loads((project / "report.sarif").read_text(encoding="utf-8"))
    assert len(log["runs"][0]["results"]) == 1


def test_the_action_on_a_pull_request(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "HEAD"], cwd=project, check=True)
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert github(project, options="--select GS1") == (0, "")
    (project / "new.py").write_text(BUG, encoding="utf-8")
    code, out = github(project, options="--select GS1")
    assert (code, out.count("::error file=new.py")) == (1, 1)
    code, out = github(project, options="--select GS1", **{"changed-lines": "false"})
    assert (code, out.count("::error")) == (1, 2)


def test_the_action_says_that_it_could_not_run(project: Path) -> None:
    assert github(project, options="--select GS999")[0] == 2
    assert (project / ".cache" / "GITHUB_OUTPUT").read_text(encoding="utf-8") == "exit-code=2\n"


def test_the_action_installs_itself(project: Path) -> None:
    """A stand-in for Python makes the folder of an environment and writes down what it is asked to install."""
    (project / "python").write_text(
        '#!/bin/sh\nif [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; else echo "$@" >>asked; fi\n',
        encoding="utf-8",
    )
    (project / "python").chmod(0o755)
    environment = {"RUNNER_TEMP": str(project / "temp"), "GITHUB_PATH": str(project / "path")}
    code, _ = shell(
        action_step("Install groundstate"), project, PYTHON="./python", SOURCE="/the action", **environment
    )
    assert code == 0
    assert (project / "asked").read_text(encoding="utf-8").endswith(" /the action[cpu]\n")
    assert (project / "path").read_text(encoding="utf-8") == f"{project}/temp/groundstate/bin\n"


@pytest.mark.parametrize("program", ["bash", "sh"])
def test_the_gitlab_template(project: Path, program: str) -> None:
    template = yaml.safe_load((ROOT / "templates" / "groundstate.gitlab-ci.yml").read_text(encoding="utf-8"))
    job = template["groundstate"]
    variables = {
        **job["variables"],
        "GROUNDSTATE_OPTIONS": "--select GS1",
        "XDG_CACHE_HOME": str(project / ".cache"),
    }
    report = project / job["artifacts"]["reports"]["codequality"]
    (script,) = job["script"]
    code, out = shell(script, project, program, **variables)
    assert (code, "old.py:2:30: GS102" in out) == (1, True)
    (issue,) = json.loads(report.read_text(encoding="utf-8"))
    assert issue["location"] == {"path": "old.py", "lines": {"begin": 2, "end": 2}}
    code, _ = shell(script, project, program, **variables, CI_MERGE_REQUEST_DIFF_BASE_SHA="HEAD")
    assert (code, report.read_text(encoding="utf-8")) == (0, "[]\n")
    code, _ = shell(script, project, program, **{**variables, "GROUNDSTATE_OPTIONS": "--select GS999"})
    assert code == 2
    (install,) = job["before_script"]
    assert shell(install.replace("pip install", "echo"), project, program)[0] != 0, "the package must be said"
    given = {"GROUNDSTATE_PACKAGE": "groundstate[cpu] @ git+https://x"}
    assert shell(install.replace("pip install", "echo"), project, program, **given)[1].endswith(
        f"{given['GROUNDSTATE_PACKAGE']}\n"
    )


def test_the_pre_commit_hooks(project: Path) -> None:
    """The hooks as they are, but in the environment of the test, for none can be installed without a network."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["groundstate", "groundstate-exact"]
    local = [{**hook, "language": "system"} for hook in hooks if hook["id"] == "groundstate-exact"]
    local[0].pop("additional_dependencies", None)
    config = {"repos": [{"repo": "local", "hooks": local}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (project / "pyproject.toml").write_text(
        "[tool.groundstate]\nexclude = ['left-out.py']\n", encoding="utf-8"
    )
    (project / "new.py").write_text(BUG, encoding="utf-8")
    (project / "left-out.py").write_text(BUG, encoding="utf-8")
    (project / "text.txt").write_text(BUG, encoding="utf-8")
    subprocess.run(["git", "add", "."], cwd=project, check=True)

    def commit() -> tuple[int, str]:
        return shell(
            f'"{sys.executable}" -m pre_commit run',
            project,
            PRE_COMMIT_HOME=str(project / ".cache" / "pre-commit"),
        )

    code, out = commit()
    assert code == 1
    assert "new.py:2:30: GS102 undefined-name" in out
    assert "1 finding; 1 file checked." in out
    (project / "new.py").write_text(CLEAN, encoding="utf-8")
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    assert commit()[0] == 0


def test_the_examples_of_the_documentation_fit() -> None:
    """They are YAML, name inputs, hooks and variables that there are, and this version."""
    pages = [ROOT / "docs" / "ci" / f"{name}.md" for name in ("pre-commit", "github", "gitlab")]
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    hooks, github, gitlab = (
        yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    )
    offered = {
        hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    }
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} <= offered
    (ours,) = [
        step
        for step in github["jobs"]["groundstate"]["steps"]
        if step["uses"].startswith("OWNER/groundstate@")
    ]
    assert ours["with"].keys() <= action()["inputs"].keys()
    template = (ROOT / "templates" / "groundstate.gitlab-ci.yml").read_text(encoding="utf-8")
    assert all(name in template for name in gitlab["variables"])
    assert gitlab["include"][0]["remote"].endswith("/templates/groundstate.gitlab-ci.yml")
    assert set(re.findall(r"\bv\d+\.\d+\.\d+", text)) == {f"v{__version__}"}
    table = re.findall(r"^\| `([\w-]+)` \| ", text, re.MULTILINE)
    assert set(action()["inputs"]) <= set(table)
