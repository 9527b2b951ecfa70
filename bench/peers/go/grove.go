package main

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Grove's kinds, as far as the workload uses them.

type PodCliqueScalingGroup struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PodCliqueScalingGroupSpec `json:"spec"`
}

type PodCliqueScalingGroupSpec struct {
	Replicas     int32    `json:"replicas"`
	MinAvailable *int32   `json:"minAvailable,omitempty"`
	CliqueNames  []string `json:"cliqueNames"`
}

type PodClique struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PodCliqueSpec `json:"spec"`
}

type PodCliqueSpec struct {
	RoleName     string         `json:"roleName"`
	PodSpec      corev1.PodSpec `json:"podSpec"`
	Replicas     int32          `json:"replicas"`
	MinAvailable *int32         `json:"minAvailable,omitempty"`
}

type PodGang struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PodGangSpec `json:"spec"`
}

type PodGangSpec struct {
	PodGroups []PodGroup `json:"podgroups"`
}

type PodGroup struct {
	Name        string `json:"name"`
	MinReplicas int32  `json:"minReplicas"`
}
