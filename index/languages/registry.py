"""Finds the languages that have a folder here, each with a module `language` that holds `LANGUAGE`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

import index.languages
from index.languages.base import Language
from index.text.sentence_rules import PLAIN, SentenceRules
from index.text.tags import base_code


@cache
def languages() -> Mapping[str, Language]:
    """Return code → language of every folder."""
    folders = [module.name for module in pkgutil.iter_modules(index.languages.__path__) if module.ispkg]
    found = [importlib.import_module(f"index.languages.{folder}.language").LANGUAGE for folder in folders]
    return {language.code: language for language in found}


def sentence_rules(tag: str | None) -> SentenceRules:
    """Return how sentences of a language are split; of one without a folder as far as sentencex knows it."""
    code = base_code(tag)
    if code is None:
        return PLAIN
    language = languages().get(code)
    return language.sentences if language else SentenceRules(code[:3])
