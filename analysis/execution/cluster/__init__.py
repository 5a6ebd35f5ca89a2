"""Pages executed by more machines than one."""
