"""The same measures on Spark, for links one machine no longer holds. An optional extra: ``lianshu[spark]``.

The Ibis expressions of ``lianshu.network.measures`` are compiled to Spark's SQL; no measure is written twice.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from lianshu.network.measures import FIRM_SCHEMA, LINK_SCHEMA, MeasureTables, Table, named_tables
from lianshu.network.tables_problems import fatal


def available() -> bool:
    """Whether the ``spark`` extra is installed."""
    return importlib.util.find_spec("pyspark") is not None


class SparkEngine:
    """A Spark session with links and firms registered as views.

    Parameters
    ----------
    master : where Spark runs; ``local[2]`` is one machine with two cores.
    options : Spark settings, e.g. ``{"spark.driver.memory": "4g"}``.

    Raises
    ------
    InputError : the extra is not installed.
    """

    def __init__(self, master: str = "local[2]", options: dict[str, str] | None = None) -> None:
        if not available():
            raise fatal(
                "S01", "Spark", "没有安装 Spark 组件", "请执行 pip install 'lianshu[spark]'，或改用 DuckDB"
            )
        from ibis.backends.pyspark import Backend
        from pyspark.sql import SparkSession

        Backend.register_options()  # its compiler reads them, and only a connection would set them
        builder = (
            SparkSession.builder.master(master)
            .appName("lianshu")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
        )
        # Executors must find this package; a cluster that sets its own interpreter keeps it.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        for name, value in (options or {}).items():
            builder = builder.config(name, value)
        self.session: Any = builder.getOrCreate()

    def open(self, links: str | Path, firms: str | Path) -> MeasureTables:
        """Register Parquet files or folders of checked links and firms and return their measure tables.

        Raises
        ------
        InputError : a column of ``LINK_SCHEMA`` or ``FIRM_SCHEMA`` is missing.
        """
        for name, path, schema in (("links", links, LINK_SCHEMA), ("firms", firms, FIRM_SCHEMA)):
            frame = self.session.read.parquet(str(path))
            missing = [column for column in schema if column not in frame.columns]
            if missing:
                raise fatal(
                    "C01",
                    Path(path).name,
                    f"缺少列 {'、'.join(missing)}",
                    "请先用 lianshu network check 导出",
                )
            frame.select(*schema).createOrReplaceTempView(name)
        return named_tables("links", "firms")

    def run(self, expression: Table) -> pa.Table:
        """Compute an expression and bring the result to this machine as an Arrow table."""
        found: pa.Table = self.session.sql(str(ibis.to_sql(expression, dialect="pyspark"))).toArrow()
        return found

    def write(self, expression: Table, path: str | Path) -> None:
        """Compute an expression and leave the result as Parquet where the executors write it."""
        self.session.sql(str(ibis.to_sql(expression, dialect="pyspark"))).write.mode("overwrite").parquet(
            str(path)
        )

    def close(self) -> None:
        """Stop the session."""
        self.session.stop()
