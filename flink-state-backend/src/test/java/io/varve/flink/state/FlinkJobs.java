package io.varve.flink.state;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.platform.suite.api.ConfigurationParameter;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.Suite;

/**
 * Runs selected integration cases of Flink's, whole jobs in a cluster, as they are published: with
 * the subject in RocksDB's place ({@link
 * org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackendFactory}), and without their runs of
 * other backends ({@link OnlySubject}).
 */
@Suite
@IncludeEngines("junit-jupiter")
@IncludeClassNamePatterns(".*")
@ConfigurationParameter(key = "junit.jupiter.extensions.autodetection.enabled", value = "true")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface FlinkJobs {}
