package io.varve.flink.state;

import org.junit.platform.suite.api.SelectClasses;
import org.junit.platform.suite.api.SelectMethod;

/** Those of Flink's integration cases that are quick, and of the slow ones a part. */
@FlinkJobs
@SelectClasses(
    names = {
      "org.apache.flink.test.checkpointing.RescalingITCase",
      "org.apache.flink.test.checkpointing.AutoRescalingITCase",
      "org.apache.flink.test.checkpointing.RescaleCheckpointManuallyITCase",
      "org.apache.flink.test.checkpointing.KeyedStateCheckpointingITCase",
      "org.apache.flink.test.checkpointing.MapStateNullValueCheckpointingITCase",
      "org.apache.flink.test.checkpointing.SavepointFormatITCase",
      "org.apache.flink.test.checkpointing.TimersSavepointITCase"
    })
@SelectMethod(
    typeName = "org.apache.flink.test.checkpointing.ResumeCheckpointManuallyITCase",
    name = "testExternalizedIncrementalRocksDBCheckpointsWithLocalRecoveryStandalone")
class JobsTest {}
