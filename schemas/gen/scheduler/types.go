// Package v1alpha1 mirrors the Go types of scheduler.grove.io/v1alpha1, as far as their JSON encoding goes.
package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

type PodGang struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PodGangSpec   `json:"spec"`
	Status            PodGangStatus `json:"status,omitempty"`
}

type PodGangSpec struct {
	PodGroups                      []PodGroup                      `json:"podgroups"`
	TopologyConstraint             *TopologyConstraint             `json:"topologyConstraint,omitempty"`
	TopologyConstraintGroupConfigs []TopologyConstraintGroupConfig `json:"topologyConstraintGroupConfigs,omitempty"`
	PriorityClassName              string                          `json:"priorityClassName,omitempty"`
	ReuseReservationRef            *NamespacedName                 `json:"reuseReservationRef,omitempty"`
}

type PodGroup struct {
	Name               string              `json:"name"`
	PodReferences      []NamespacedName    `json:"podReferences"`
	MinReplicas        int32               `json:"minReplicas"`
	TopologyConstraint *TopologyConstraint `json:"topologyConstraint,omitempty"`
}

type NamespacedName struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

type TopologyConstraint struct {
	PackConstraint *TopologyPackConstraint `json:"packConstraint,omitempty"`
}

type TopologyPackConstraint struct {
	Required  *string `json:"required,omitempty"`
	Preferred *string `json:"preferred,omitempty"`
}

type TopologyConstraintGroupConfig struct {
	Name               string              `json:"name"`
	PodGroupNames      []string            `json:"podGroupNames"`
	TopologyConstraint *TopologyConstraint `json:"topologyConstraint,omitempty"`
}

type PodGangPhase string

type PodGangStatus struct {
	Phase          PodGangPhase       `json:"phase"`
	Conditions     []metav1.Condition `json:"conditions,omitempty"`
	PlacementScore *float64           `json:"placementScore,omitempty"`
}
