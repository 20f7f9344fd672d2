from jobs.version import VERSION
from tests.supply.sbom import of_aiprod


def test_the_document_is_of_aiprod_and_has_what_it_needs_alone() -> None:
    document = {
        "bomFormat": "CycloneDX",
        "metadata": {"tools": {}},
        "components": [
            {
                "bom-ref": "aiprod==0",
                "name": "aiprod",
                "version": "0",
                "externalReferences": [{"url": "file:///home/ann/aiprod"}],
            },
            {"bom-ref": "Mako==1", "name": "Mako"},
            {"bom-ref": "pytest==9", "name": "pytest"},
        ],
        "dependencies": [
            {"ref": "aiprod==0", "dependsOn": ["Mako==1", "pytest==9"]},
            {"ref": "Mako==1", "dependsOn": ["pytest==9"]},
            {"ref": "pytest==9"},
        ],
    }

    assert of_aiprod(document, {"mako"}) == {
        "bomFormat": "CycloneDX",
        "metadata": {
            "tools": {},
            "component": {
                "bom-ref": "aiprod==0",
                "name": "aiprod",
                "type": "application",
                "version": VERSION,
            },
        },
        "components": [{"bom-ref": "Mako==1", "name": "Mako"}],
        "dependencies": [
            {"ref": "aiprod==0", "dependsOn": ["Mako==1"]},
            {"ref": "Mako==1", "dependsOn": []},
        ],
    }
