package io.varve.flink.state;

import org.junit.platform.suite.api.SelectClasses;

/** All integration cases of Flink's that take another backend. */
@FlinkJobs
@SelectClasses(
    names = {
      "org.apache.flink.test.checkpointing.RescalingITCase",
      "org.apache.flink.test.checkpointing.AutoRescalingITCase",
      "org.apache.flink.test.checkpointing.RescaleCheckpointManuallyITCase",
      "org.apache.flink.test.checkpointing.ResumeCheckpointManuallyITCase",
      "org.apache.flink.test.checkpointing.EventTimeWindowCheckpointingITCase",
      "org.apache.flink.test.checkpointing.KeyedStateCheckpointingITCase",
      "org.apache.flink.test.checkpointing.LocalRecoveryITCase",
      "org.apache.flink.test.checkpointing.MapStateNullValueCheckpointingITCase",
      "org.apache.flink.test.checkpointing.SavepointFormatITCase",
      "org.apache.flink.test.checkpointing.SnapshotFileMergingCompatibilityITCase",
      "org.apache.flink.test.checkpointing.TimersSavepointITCase"
    })
class JobsNightly {}
