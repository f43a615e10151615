/** Tests on real parts: a broker and a Connect worker as processes, kills, containers. */
package io.varve.integration;
