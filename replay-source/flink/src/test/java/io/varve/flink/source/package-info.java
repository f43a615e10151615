package io.varve.flink.source;
