"""Reads JUnit as build servers do: by the elements and attributes that the xunit plugin of Jenkins knows
(junit-10.xsd). Prints each case with how it ended, as JSON."""
import json
import sys
import xml.etree.ElementTree as tree

# element: attributes it must have, attributes it may have, elements in it
KNOWN = {
    "testsuites": ([], ["name", "time", "tests", "failures", "errors"], ["testsuite"]),
    "testsuite": (
        ["name", "tests", "failures", "errors"],
        ["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        ["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    "testcase": (
        ["name"],
        ["time", "classname", "group"],
        ["skipped", "error", "failure", "rerunFailure", "rerunError", "flakyFailure", "flakyError", "system-out",
         "system-err"],
    ),
    "failure": ([], ["type", "message"], []),
    "error": ([], ["type", "message"], []),
    "skipped": ([], ["type", "message"], []),
}


def check(element):
    must, may, inside = KNOWN[element.tag]
    for name in must:
        assert name in element.attrib, f"{element.tag} lacks {name}"
    for name in element.attrib:
        assert name in must + may, f"{element.tag} has {name}"
    for child in element:
        assert child.tag in inside, f"{child.tag} in {element.tag}"
        check(child)


root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites", root.tag
check(root)
cases = []
for suite in root:
    found = suite.findall("testcase")
    ended = lambda how: sum(1 for case in found if case.find(how) is not None)
    assert int(suite.get("tests")) == len(found), suite.attrib
    assert int(suite.get("failures")) == ended("failure"), suite.attrib
    assert int(suite.get("skipped")) == ended("skipped"), suite.attrib
    for case in found:
        how = next((child for child in case if child.tag in ("failure", "skipped")), None)
        cases.append({
            "suite": suite.get("name"),
            "case": case.get("name"),
            "ended": "passed" if how is None else how.tag,
            "message": None if how is None else how.get("message"),
        })
assert int(root.get("tests")) == len(cases), root.attrib
assert int(root.get("failures")) == sum(1 for case in cases if case["ended"] == "failure"), root.attrib
json.dump(cases, sys.stdout)
