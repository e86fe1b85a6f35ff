"""The measures on Spark equal the same plain oracle as on DuckDB."""

from __future__ import annotations

import warnings

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.network import measure_cases, oracle_measures
from tests.network.network_files import write_inputs

from lianshu.network import spark, spark_cascade
from lianshu.network.cascade import Cascade
from lianshu.network.links_network import load_network
from lianshu.network.tables import Workspace
from lianshu.network.tables_problems import InputError

pytestmark = [
    pytest.mark.spark,
    # pyspark 4.3 warns about pandas 3 and leaves sockets to the garbage collector; neither is ours.
    pytest.mark.filterwarnings("ignore"),
]
needs_spark = pytest.mark.skipif(not spark.available(), reason="the spark extra is not installed")


@pytest.fixture(scope="module")
def engine():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = spark.SparkEngine(
            "local[1]",
            {
                "spark.sql.shuffle.partitions": "1",
                "spark.driver.memory": "1g",
                "spark.driver.host": "127.0.0.1",
            },
        )
        yield started
        started.close()


@needs_spark
def test_every_measure_equals_the_plain_oracle_on_spark(engine, tmp_path):
    firms, links = oracle_measures.sample(1)
    pq.write_table(pa.Table.from_pylist(links), tmp_path / "links.parquet")
    pq.write_table(pa.Table.from_pylist(firms), tmp_path / "firms.parquet")
    tables = engine.open(tmp_path / "links.parquet", tmp_path / "firms.parquet")
    for check in measure_cases.ALL:
        check(tables, lambda expression: engine.run(expression).to_pylist(), firms, links)


@needs_spark
def test_closures_fanned_out_are_the_same_bits(engine, tmp_path):
    with Workspace() as work:
        network = load_network(work, *write_inputs(tmp_path), home="990101").network
    cascade = Cascade(network)
    here = cascade.run(cascade.closures())
    there = spark_cascade.closures(engine, network, tasks=2)
    for name in ("esri", "esri_down", "esri_up", "steps"):
        assert there.column(name).to_pylist() == getattr(here, name).tolist()


@needs_spark
def test_links_without_a_needed_column_are_refused(engine, tmp_path):
    pq.write_table(pa.table({"supplier": ["a"], "buyer": ["b"]}), tmp_path / "links.parquet")
    with pytest.raises(InputError, match="amount"):
        engine.open(tmp_path / "links.parquet", tmp_path / "links.parquet")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(spark, "available", lambda: False)
    with pytest.raises(InputError, match=r"lianshu\[spark\]"):
        spark.SparkEngine()
