"""Tests of kmp_desktop, and the cluster on this computer that they (and the demo) run against."""
