/** What stands here in the place of a class of Flink's jars. */
package org.apache.flink.state.rocksdb;
