"""docs/carbon.schema.json, with which editors check a carbon.json, and the reader have the same keys."""

import json
import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ["CARBON_ROOT"])
# object.Read("key", …) and its like, and the read("key", …) of a profile's quantities.
ASKED_FOR = re.compile(r'(?:(?:\.|->)(?:Read|Require|Find|Demand)|\bread)\(\s*"([^"]+)"')


def keys_of_reader():
    keys = set()
    for source in (ROOT / "core" / "config").glob("*.cc"):
        keys.update(ASKED_FOR.findall(source.read_text()))
    return keys


def keys_of_schema(schema):
    """Every property's name, at any depth."""
    if isinstance(schema, list):
        return set().union(*map(keys_of_schema, schema))
    if not isinstance(schema, dict):
        return set()
    keys = set(schema.get("properties", {}))
    for name, inner in schema.items():
        named = name in ("properties", "definitions")
        keys |= keys_of_schema(list(inner.values()) if named else inner)
    return keys


class SchemaTest(unittest.TestCase):
    def test_has_the_keys_of_the_reader(self):
        schema = json.loads((ROOT / "docs" / "carbon.schema.json").read_text())
        reader = keys_of_reader()
        self.assertGreater(len(reader), 50)
        self.assertEqual(keys_of_schema(schema), reader)


if __name__ == "__main__":
    unittest.main()
