"""The manifests against Kubernetes' own schemas, and against what we promise of each container."""

import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from app.paths import ROOT
from turnpoint import __version__

Manifest = dict[str, Any]
FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
VERSIONS = ("1.30", "1.33", "1.37")
MANIFESTS: list[Manifest] = [
    document
    for name in KUSTOMIZATION["resources"]
    for document in yaml.safe_load_all((FOLDER / name).read_text())
]
BY_NAME = {f"{one['kind']} {one['metadata']['name']}": one for one in MANIFESTS}
PODS = {
    name: one["spec"]["template"]["spec"]
    for name, one in BY_NAME.items()
    if one["kind"] in ("Deployment", "Job")
}
ON_EACH_POD = pytest.mark.parametrize("name", PODS)


def containers(pod: Manifest) -> Iterator[Manifest]:
    yield from pod.get("initContainers", [])
    yield from pod["containers"]


def test_every_file_is_applied() -> None:
    assert {*KUSTOMIZATION["resources"], "kustomization.yaml"} == {file.name for file in FOLDER.iterdir()}
    assert len(BY_NAME) == len(MANIFESTS)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", BY_NAME)
def test_each_manifest_fits_kubernetes_schema(name: str, version: str) -> None:
    kubernetes_validate.validate(BY_NAME[name], version, strict=True)


@ON_EACH_POD
def test_no_pod_runs_as_root_or_may_become_it(name: str) -> None:
    pod = PODS[name]
    security = pod["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] > 0
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert not any("hostPath" in volume for volume in pod["volumes"])
    for container in containers(pod):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@ON_EACH_POD
def test_no_container_is_without_requests_and_limits(name: str) -> None:
    for container in containers(PODS[name]):
        resources = container["resources"]
        assert set(resources["limits"]) == {"cpu", "memory", "ephemeral-storage"}
        assert set(resources["requests"]) == {"cpu", "memory"}
    assert all("sizeLimit" in volume["emptyDir"] for volume in PODS[name]["volumes"] if "emptyDir" in volume)


@ON_EACH_POD
def test_no_pod_has_a_token_of_the_cluster(name: str) -> None:
    assert PODS[name]["automountServiceAccountToken"] is False
    assert BY_NAME["ServiceAccount turnpoint"]["automountServiceAccountToken"] is False


@ON_EACH_POD
def test_secrets_are_files_by_reference(name: str) -> None:
    assert not any(one["kind"] == "Secret" for one in MANIFESTS)
    for container in containers(PODS[name]):
        for setting in container.get("env", []):
            assert "secretKeyRef" not in setting.get("valueFrom", {})
            assert not re.search("PASSWORD|TOKENS?$|KEY$|_URL$", setting["name"]) or "valueFrom" in setting


@ON_EACH_POD
def test_each_file_that_a_setting_names_is_mounted(name: str) -> None:
    (container,) = PODS[name]["containers"]
    settings = {one["name"]: one["value"] for one in container.get("env", [])}
    for _ in container.get("envFrom", []):
        settings = BY_NAME["ConfigMap turnpoint"]["data"] | settings
    named = {value for setting, value in settings.items() if setting.endswith("_FILE") and value}
    mounted = set()
    for volume in PODS[name]["volumes"]:
        sources = [one["secret"] for one in volume.get("projected", {}).get("sources", [])]
        for source in [*sources, *([volume["secret"]] if "secret" in volume else [])]:
            mounted |= {f"/run/secrets/turnpoint/{item['path']}" for item in source["items"]}
    assert named <= mounted


def test_gateway_and_worker_have_the_same_settings() -> None:
    for name in ("gateway", "worker"):
        (container,) = PODS[f"Deployment {name}"]["containers"]
        assert container["envFrom"] == [{"configMapRef": {"name": "turnpoint"}}]


def test_ours_is_of_this_very_version() -> None:
    ours = {one["image"] for pod in PODS.values() for one in containers(pod) if "turnpoint" in one["image"]}
    assert ours == {f"turnpoint:{__version__}"}
    assert [one["newTag"] for one in KUSTOMIZATION["images"]] == [__version__]


@pytest.mark.parametrize("name", ["gateway", "worker", "cache"])
def test_what_goes_on_is_probed(name: str) -> None:
    for container in containers(PODS[f"Deployment {name}"]):
        assert "livenessProbe" in container
        assert "readinessProbe" in container or name == "worker"  # nobody sends anything to a worker


def test_a_gateway_that_only_starts_or_degrades_is_not_killed() -> None:
    (gateway,) = PODS["Deployment gateway"]["containers"]
    probes = {
        name: gateway[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")
    }
    assert probes == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}


def test_two_gateways_stand_apart_and_one_always_answers() -> None:
    assert BY_NAME["HorizontalPodAutoscaler gateway"]["spec"]["minReplicas"] >= 2
    assert "replicas" not in BY_NAME["Deployment gateway"]["spec"]  # or each apply would undo the autoscaler
    assert BY_NAME["PodDisruptionBudget gateway"]["spec"]["minAvailable"] == 1
    spread = PODS["Deployment gateway"]["topologySpreadConstraints"]
    assert {one["topologyKey"] for one in spread} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}


def test_nobody_talks_to_anybody_but_for_what_is_listed() -> None:
    policies = [one["spec"] for one in MANIFESTS if one["kind"] == "NetworkPolicy"]
    (nobody,) = (one for one in policies if one["podSelector"] == {})
    assert set(nobody["policyTypes"]) == {"Ingress", "Egress"}
    assert not {"ingress", "egress"} & set(nobody)
    for policy in policies:
        for rule in [*policy.get("ingress", []), *policy.get("egress", [])]:
            assert rule.get("from") or rule.get("to")  # an empty one is everybody
            assert all(peer for peer in [*rule.get("from", []), *rule.get("to", [])])
            assert rule["ports"]


def test_policies_and_services_select_pods_that_are_there() -> None:
    there = {
        one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"]: one
        for one in MANIFESTS
        if one["kind"] in ("Deployment", "Job")
    }
    text = "\n".join(yaml.safe_dump(one) for one in MANIFESTS)
    assert set(re.findall(r"app\.kubernetes\.io/name: (\S+)", text)) == set(there)
    assert KUSTOMIZATION["labels"] == [
        {"pairs": {"app.kubernetes.io/part-of": "turnpoint"}, "includeTemplates": True}
    ]


def test_ways_out_that_some_need_are_there_to_be_opened() -> None:
    text = (FOLDER / "policies.yaml").read_text()
    opened = re.sub("^    # (- to:|  ports:)", r"    \1", text, flags=re.MULTILINE)
    more = []
    for policy in yaml.safe_load_all(opened):
        for version in VERSIONS:
            kubernetes_validate.validate(policy, version, strict=True)
        name, rules = policy["metadata"]["name"], policy["spec"].get("egress", [])
        closed = BY_NAME[f"NetworkPolicy {name}"]["spec"].get("egress", [])
        assert rules[: len(closed)] == closed
        more += [(name, *rule) for rule in rules[len(closed) :]]
    assert more == [("gateway-out", "to", "ports"), ("worker-out", "to", "ports")]
