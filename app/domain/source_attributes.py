"""The 31 source attributes of a predictive intervention, in order: 45 CFR 170.315(b)(11)(iv)(B)."""

from enum import StrEnum


class SourceAttribute(StrEnum):
    """One attribute, by the key that it has in a card."""

    DEVELOPER = "developer"
    FUNDING_SOURCE = "funding_source"
    OUTPUT_VALUE = "output_value"
    OUTPUT_TYPE = "output_type"
    INTENDED_USE = "intended_use"
    INTENDED_POPULATION = "intended_population"
    INTENDED_USERS = "intended_users"
    DECISION_MAKING_ROLE = "decision_making_role"
    OUT_OF_SCOPE_USE = "out_of_scope_use"
    KNOWN_RISKS = "known_risks"
    INCLUSION_AND_EXCLUSION = "inclusion_and_exclusion"
    SENSITIVE_INPUTS = "sensitive_inputs"
    TRAINING_REPRESENTATIVENESS = "training_representativeness"
    TRAINING_RELEVANCE = "training_relevance"
    FAIRNESS_APPROACH = "fairness_approach"
    BIAS_MANAGEMENT = "bias_management"
    EXTERNAL_DATA = "external_data"
    EXTERNAL_PARTY = "external_party"
    EXTERNAL_REPRESENTATIVENESS = "external_representativeness"
    EXTERNAL_PROCESS = "external_process"
    VALIDITY = "validity"
    FAIRNESS = "fairness"
    EXTERNAL_VALIDITY = "external_validity"
    EXTERNAL_FAIRNESS = "external_fairness"
    OUTCOME_EVALUATIONS = "outcome_evaluations"
    VALIDITY_MONITORING = "validity_monitoring"
    LOCAL_VALIDITY = "local_validity"
    FAIRNESS_MONITORING = "fairness_monitoring"
    LOCAL_FAIRNESS = "local_fairness"
    UPDATES = "updates"
    CORRECTIONS = "corrections"


_A = SourceAttribute
TITLES: dict[str, dict[SourceAttribute, str]] = {
    "Details and output": {
        _A.DEVELOPER: "Developer, with contact",
        _A.FUNDING_SOURCE: "Funding of the development",
        _A.OUTPUT_VALUE: "Value that is produced",
        _A.OUTPUT_TYPE: "Kind of output",
    },
    "Purpose": {
        _A.INTENDED_USE: "Intended use",
        _A.INTENDED_POPULATION: "Intended patients",
        _A.INTENDED_USERS: "Intended users",
        _A.DECISION_MAKING_ROLE: "Role in decisions",
    },
    "Cautioned out-of-scope use": {
        _A.OUT_OF_SCOPE_USE: "Tasks, situations and people to leave out",
        _A.KNOWN_RISKS: "Known risks, unfit settings and limitations",
    },
    "Development and input features": {
        _A.INCLUSION_AND_EXCLUSION: "Who was included in training, and who was not",
        _A.SENSITIVE_INPUTS: "Race, ethnicity, language, sexual orientation, gender identity, sex, date of "
        "birth, social determinants and health status assessments as inputs",
        _A.TRAINING_REPRESENTATIVENESS: "Whom the training data represent",
        _A.TRAINING_RELEVANCE: "Relevance of the training data to where it is used",
    },
    "Process to ensure fairness": {
        _A.FAIRNESS_APPROACH: "How fairness of the output is looked after",
        _A.BIAS_MANAGEMENT: "How bias is managed, reduced or removed",
    },
    "External validation": {
        _A.EXTERNAL_DATA: "Data and setting",
        _A.EXTERNAL_PARTY: "Who tested",
        _A.EXTERNAL_REPRESENTATIVENESS: "Whom the test data represent",
        _A.EXTERNAL_PROCESS: "How it was tested",
    },
    "Quantitative performance": {
        _A.VALIDITY: "Validity in data from the source of the training data",
        _A.FAIRNESS: "Fairness in data from the source of the training data",
        _A.EXTERNAL_VALIDITY: "Validity in other data",
        _A.EXTERNAL_FAIRNESS: "Fairness in other data",
        _A.OUTCOME_EVALUATIONS: "Evaluations of what using it does for outcomes",
    },
    "Maintenance": {
        _A.VALIDITY_MONITORING: "How validity is monitored over time, and how often",
        _A.LOCAL_VALIDITY: "Validity in local data",
        _A.FAIRNESS_MONITORING: "How fairness is monitored over time, and how often",
        _A.LOCAL_FAIRNESS: "Fairness in local data",
    },
    "Updates and schedule of validation": {
        _A.UPDATES: "How it is updated, and how often",
        _A.CORRECTIONS: "How performance is corrected when risks are found, and how often",
    },
}
"""What people call each of them, under the heading that it stands below."""
