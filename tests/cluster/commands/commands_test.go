package commands

import (
	"errors"
	"syscall"
	"testing"

	"grovec.dev/tests/cluster/clustertest"
)

// TestCommands shares one control plane: each case has a namespace of its own.
func TestCommands(t *testing.T) {
	c, token := cluster(t)
	all := func(cases map[string]func(*testing.T, *user)) {
		for name, test := range cases {
			t.Run(name, func(t *testing.T) { test(t, newUser(t, c, token)) })
		}
	}
	// Without an operator: what is stored, and what is not, is the answer.
	all(map[string]func(*testing.T, *user){
		"once and again":              appliesOnceAndAgain,
		"only what may happen":        rollsOnlyIfAllowed,
		"forbidden":                   saysWhatToRunInstead,
		"conflict":                    namesWhoElse,
		"counts of others":            leavesCountsAlone,
		"field that the CRD lacks":    refusesUnknownFields,
		"later document fails":        listsWhatWasSent,
		"namespace of the stream":     exemptsWhatTheStreamCreates,
		"namespace that goes":         refusesATerminatingNamespace,
		"webhook":                     hearsTheWebhook,
		"changed while asked":         refusesAnotherVersion,
		"two at once":                 twoAtOnce,
		"no permission":               needsPermission,
		"bindings of the cluster":     usesBindings,
		"finalizers":                  leavesTheOperatorsFinalizer,
		"diff":                        showsWhatDiffers,
		"diff of what runs":           showsWhatRunsOtherwise,
		"once: the same change set":   printsTheSameChangeSet,
		"once: a foreign object":      leavesForeignObjects,
		"once: no permission":         endsWithoutPermission,
		"once: quota in the middle":   goesOnAfterQuota,
		"scale and delete by the way": scalesWithoutOperator,
		"kept plan":                   keepsAPlan,
		"requests":                    countsRequests,
		"once: every request":         everyRequest,
	})
	if t.Failed() {
		return
	}
	stop := startOperator(t, newUser(t, c, token))
	all(map[string]func(*testing.T, *user){
		"apply and wait":    appliesAndWaits,
		"Ctrl-C":            saysHowToGoOn,
		"watch":             watches,
		"scale and delete":  scalesAndDeletes,
		"graph":             drawsWhatLives,
		"refused beside it": refusesBesideAnOperator,
	})
	stop()
}

// startOperator returns what ends it.
func startOperator(t *testing.T, u *user) func() {
	t.Helper()
	daemon := u.command(t, "reconcile")
	log := &clustertest.Buffer{}
	daemon.Stdout, daemon.Stderr = log, log
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	clustertest.Eventually(t, patience, func() error {
		if log.String() == "" {
			return errors.New("the operator has not said a word")
		}
		return nil
	})
	return func() {
		_ = daemon.Process.Signal(syscall.SIGTERM)
		if err := daemon.Wait(); err != nil {
			t.Errorf("the operator ended with %v", err)
		}
		if t.Failed() {
			t.Logf("operator:\n%s", log)
		}
	}
}
