"""The package as a whole: its public names, what it may import, what it needs."""

import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import paradigms

ROOT = Path(paradigms.__file__).resolve().parent.parent
MODULES = sorted(
    module.name for module in walk_packages(paradigms.__path__, "paradigms.") if module.name != "paradigms.__main__"
)


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True
    ).stdout.strip()


def test_public_names():
    assert paradigms.__all__ == sorted(set(paradigms.__all__))
    assert dir(paradigms) == paradigms.__all__
    for name in paradigms.__all__:
        assert callable(getattr(paradigms, name)), name
    with pytest.raises(AttributeError):
        paradigms.nothing  # noqa: B018


def test_a_public_name_means_one_thing():
    """Whether or not the module behind it has been imported already."""
    first = {name: getattr(paradigms, name) for name in paradigms.__all__}
    for module in MODULES:
        import_module(module)
    assert {name: getattr(paradigms, name) for name in paradigms.__all__} == first


def test_importing_the_package_does_not_import_torch():
    heavy = "{'torch', 'transformers', 'gensim', 'sklearn', 'numpy'}"
    assert python(f"import sys, paradigms; print(sorted({heavy} & set(sys.modules)))") == "[]"


def test_the_science_knows_no_user_interface():
    """Every module, and all that they import in turn."""
    code = f"""
import sys
from importlib import import_module
for module in {MODULES}:
    import_module(module)
print(sorted({{'gradio', 'plotly', 'lessons', 'app'}} & {{name.partition('.')[0] for name in sys.modules}}))
"""
    assert python(code) == "[]"
    assert len(MODULES) > 10


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))


def test_requirements_are_those_of_the_project():
    """A Hugging Face Space installs from requirements.txt, everybody else from pyproject.toml."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == PROJECT["project"]["dependencies"]


def test_every_package_is_installed():
    folders = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for top in ("paradigms", "lessons")
        for init in (ROOT / top).rglob("__init__.py")
    }
    assert folders == set(PROJECT["tool"]["setuptools"]["packages"])


def test_no_path_of_one_machine():
    """Nothing in the project points into somebody's own folders."""
    own = re.compile(r"(?<![\w.~/-])/(?:work|home|root|Users|tmp|mnt|data)/\w|\b[A-Z]:\\\w")
    kinds = {".py", ".md", ".toml", ".txt", ".json", ".js", ".css", ".html", ".yml"}
    files = [
        file
        for file in ROOT.rglob("*")
        if file.suffix in kinds
        and file.name not in {"words.txt", "tokenizer.json"}
        and not any(part.startswith(".") or part in {"build", "dist"} for part in file.relative_to(ROOT).parts)
    ]
    assert len(files) > 20
    found = {
        str(file.relative_to(ROOT)): hit.group()
        for file in files
        if (hit := own.search(file.read_text(encoding="utf8")))
    }
    assert found == {}
