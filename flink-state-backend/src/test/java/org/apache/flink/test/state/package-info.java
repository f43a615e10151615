/** What extends classes of Flink's own tests that are hidden outside their package. */
package org.apache.flink.test.state;
