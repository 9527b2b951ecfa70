// Package v1alpha1 mirrors the Go types of grove.io/v1alpha1, as far as their JSON encoding goes.
//
// Tags matter: a field without omitempty that is not a pointer appears in the stored object even if the manifest does not
// have it, because the defaulting webhook encodes the typed object again. `extended:"true"` marks fields that upstream
// does not have.
package v1alpha1

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type PodCliqueSet struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PodCliqueSetSpec   `json:"spec"`
	Status            PodCliqueSetStatus `json:"status,omitempty"`
}

type PodCliqueSetSpec struct {
	Replicas       int32                       `json:"replicas,omitempty"`
	UpdateStrategy *PodCliqueSetUpdateStrategy `json:"updateStrategy,omitempty"`
	Template       PodCliqueSetTemplateSpec    `json:"template"`
}

type UpdateStrategyType string

type PodCliqueSetUpdateStrategy struct {
	Type UpdateStrategyType `json:"type,omitempty"`
}

type CliqueStartupType string

type PodCliqueSetTemplateSpec struct {
	Cliques                []*PodCliqueTemplateSpec      `json:"cliques"`
	CliqueStartupType      *CliqueStartupType            `json:"cliqueStartupType,omitempty"`
	PriorityClassName      string                        `json:"priorityClassName,omitempty"`
	HeadlessServiceConfig  *HeadlessServiceConfig        `json:"headlessServiceConfig,omitempty"`
	TopologyConstraint     *TopologyConstraint           `json:"topologyConstraint,omitempty"`
	TerminationDelay       *metav1.Duration              `json:"terminationDelay,omitempty"`
	ResourceClaimTemplates []ResourceClaimTemplate       `json:"resourceClaimTemplates,omitempty"`
	ResourceSharing        []SetResourceSharing          `json:"resourceSharing,omitempty"`
	PodCliqueScalingGroups []PodCliqueScalingGroupConfig `json:"podCliqueScalingGroups,omitempty"`
}

type HeadlessServiceConfig struct {
	PublishNotReadyAddresses bool `json:"publishNotReadyAddresses"`
}

type PodCliqueTemplateSpec struct {
	Name               string              `json:"name"`
	Labels             map[string]string   `json:"labels,omitempty"`
	Annotations        map[string]string   `json:"annotations,omitempty"`
	TopologyConstraint *TopologyConstraint `json:"topologyConstraint,omitempty"`
	ResourceSharing    []ResourceSharing   `json:"resourceSharing,omitempty"`
	Spec               PodCliqueSpec       `json:"spec"`
}

type TopologyDomain string

type TopologyConstraint struct {
	TopologyName string                  `json:"topologyName,omitempty"`
	Pack         *TopologyPackConstraint `json:"pack,omitempty"`
	PackDomain   TopologyDomain          `json:"packDomain,omitempty"`
}

type TopologyPackConstraint struct {
	Required  TopologyDomain `json:"required,omitempty"`
	Preferred TopologyDomain `json:"preferred,omitempty"`
}

type ResourceClaimTemplate struct {
	Name         string                               `json:"name"`
	TemplateSpec resourcev1.ResourceClaimTemplateSpec `json:"templateSpec"`
}

type ResourceSharingScope string

type ResourceSharing struct {
	Name      string               `json:"name"`
	Namespace string               `json:"namespace,omitempty"`
	Scope     ResourceSharingScope `json:"scope"`
}

type ScalingGroupResourceSharing struct {
	ResourceSharing `json:",inline"`
	Filter          *ScalingGroupSharingFilter `json:"filter,omitempty"`
}

type ScalingGroupSharingFilter struct {
	ChildCliqueNames []string `json:"childCliqueNames,omitempty"`
}

type SetResourceSharing struct {
	ResourceSharing `json:",inline"`
	Filter          *SetSharingFilter `json:"filter,omitempty"`
}

type SetSharingFilter struct {
	ChildCliqueNames       []string `json:"childCliqueNames,omitempty"`
	ChildScalingGroupNames []string `json:"childScalingGroupNames,omitempty"`
}

type PodCliqueScalingGroupConfig struct {
	Name               string                        `json:"name"`
	CliqueNames        []string                      `json:"cliqueNames"`
	Annotations        map[string]string             `json:"annotations,omitempty"`
	Replicas           *int32                        `json:"replicas,omitempty"`
	MinAvailable       *int32                        `json:"minAvailable,omitempty"`
	ScaleConfig        *AutoScalingConfig            `json:"scaleConfig,omitempty"`
	ResourceSharing    []ScalingGroupResourceSharing `json:"resourceSharing,omitempty"`
	TopologyConstraint *TopologyConstraint           `json:"topologyConstraint,omitempty"`
}

type AutoScalingConfig struct {
	MinReplicas *int32                                         `json:"minReplicas,omitempty"`
	MaxReplicas int32                                          `json:"maxReplicas"`
	Metrics     []autoscalingv2.MetricSpec                     `json:"metrics,omitempty"`
	Behavior    *autoscalingv2.HorizontalPodAutoscalerBehavior `json:"behavior,omitempty" extended:"true"`
}

type PodCliqueSetStatus struct {
	ObservedGeneration    *int64                      `json:"observedGeneration,omitempty"`
	Conditions            []metav1.Condition          `json:"conditions,omitempty"`
	LastErrors            []LastError                 `json:"lastErrors,omitempty"`
	Replicas              int32                       `json:"replicas,omitempty"`
	UpdatedReplicas       int32                       `json:"updatedReplicas"`
	AvailableReplicas     int32                       `json:"availableReplicas"`
	HPAPodSelector        *string                     `json:"hpaPodSelector,omitempty"`
	PodGangStatuses       []PodGangStatus             `json:"podGangStatuses,omitempty"`
	CurrentGenerationHash *string                     `json:"currentGenerationHash,omitempty"`
	UpdateProgress        *PodCliqueSetUpdateProgress `json:"updateProgress,omitempty"`
}

type LastError struct {
	Code        string      `json:"code"`
	Description string      `json:"description"`
	ObservedAt  metav1.Time `json:"observedAt"`
}

type PodGangPhase string

type PodGangStatus struct {
	Name       string             `json:"name"`
	Phase      PodGangPhase       `json:"phase"`
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

type PodCliqueSetUpdateProgress struct {
	UpdateStartedAt                    metav1.Time                         `json:"updateStartedAt,omitempty"`
	UpdateEndedAt                      *metav1.Time                        `json:"updateEndedAt,omitempty"`
	UpdatedPodCliquesCount             int32                               `json:"updatedPodCliquesCount"`
	TotalPodCliquesCount               int32                               `json:"totalPodCliquesCount"`
	UpdatedPodCliqueScalingGroupsCount int32                               `json:"updatedPodCliqueScalingGroupsCount"`
	TotalPodCliqueScalingGroupsCount   int32                               `json:"totalPodCliqueScalingGroupsCount"`
	CurrentlyUpdating                  []PodCliqueSetReplicaUpdateProgress `json:"currentlyUpdating,omitempty"`
}

type PodCliqueSetReplicaUpdateProgress struct {
	ReplicaIndex    int32        `json:"replicaIndex"`
	UpdateStartedAt metav1.Time  `json:"updateStartedAt,omitempty"`
	UpdateEndedAt   *metav1.Time `json:"updateEndedAt,omitempty"`
}

type PodClique struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PodCliqueSpec   `json:"spec"`
	Status            PodCliqueStatus `json:"status,omitempty"`
}

type PodCliqueSpec struct {
	RoleName          string             `json:"roleName"`
	PodSpec           corev1.PodSpec     `json:"podSpec"`
	Replicas          int32              `json:"replicas"`
	MinAvailable      *int32             `json:"minAvailable,omitempty"`
	StartsAfter       []string           `json:"startsAfter,omitempty"`
	AutoScalingConfig *AutoScalingConfig `json:"autoScalingConfig,omitempty"`
}

type PodCliqueStatus struct {
	ObservedGeneration                *int64                   `json:"observedGeneration,omitempty"`
	Conditions                        []metav1.Condition       `json:"conditions,omitempty"`
	LastErrors                        []LastError              `json:"lastErrors,omitempty"`
	Replicas                          int32                    `json:"replicas,omitempty"`
	ReadyReplicas                     int32                    `json:"readyReplicas"`
	UpdatedReplicas                   int32                    `json:"updatedReplicas"`
	ScheduleGatedReplicas             int32                    `json:"scheduleGatedReplicas"`
	ScheduledReplicas                 int32                    `json:"scheduledReplicas"`
	HPAPodSelector                    *string                  `json:"hpaPodSelector,omitempty"`
	CurrentPodCliqueSetGenerationHash *string                  `json:"currentPodCliqueSetGenerationHash,omitempty"`
	CurrentPodTemplateHash            *string                  `json:"currentPodTemplateHash,omitempty"`
	UpdateProgress                    *PodCliqueUpdateProgress `json:"updateProgress,omitempty"`
}

type PodCliqueUpdateProgress struct {
	PodCliqueSetGenerationHash string                `json:"podCliqueSetGenerationHash"`
	PodTemplateHash            string                `json:"podTemplateHash"`
	UpdateStartedAt            metav1.Time           `json:"updateStartedAt,omitempty"`
	UpdateEndedAt              *metav1.Time          `json:"updateEndedAt,omitempty"`
	ReadyPodsSelectedToUpdate  *PodsSelectedToUpdate `json:"readyPodsSelectedToUpdate,omitempty"`
}

type PodsSelectedToUpdate struct {
	Current   string   `json:"current"`
	Completed []string `json:"completed,omitempty"`
}

type PodCliqueScalingGroup struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PodCliqueScalingGroupSpec   `json:"spec"`
	Status            PodCliqueScalingGroupStatus `json:"status,omitempty"`
}

type PodCliqueScalingGroupSpec struct {
	Replicas     int32    `json:"replicas"`
	MinAvailable *int32   `json:"minAvailable,omitempty"`
	CliqueNames  []string `json:"cliqueNames"`
}

type PodCliqueScalingGroupStatus struct {
	ObservedGeneration                *int64                               `json:"observedGeneration,omitempty"`
	Conditions                        []metav1.Condition                   `json:"conditions,omitempty"`
	LastErrors                        []LastError                          `json:"lastErrors,omitempty"`
	Replicas                          int32                                `json:"replicas,omitempty"`
	ScheduledReplicas                 int32                                `json:"scheduledReplicas"`
	AvailableReplicas                 int32                                `json:"availableReplicas"`
	UpdatedReplicas                   int32                                `json:"updatedReplicas"`
	Selector                          *string                              `json:"selector,omitempty"`
	CurrentPodCliqueSetGenerationHash *string                              `json:"currentPodCliqueSetGenerationHash,omitempty"`
	UpdateProgress                    *PodCliqueScalingGroupUpdateProgress `json:"updateProgress,omitempty"`
}

type PodCliqueScalingGroupUpdateProgress struct {
	PodCliqueSetGenerationHash          string                          `json:"podCliqueSetGenerationHash"`
	UpdateStartedAt                     metav1.Time                     `json:"updateStartedAt"`
	UpdateEndedAt                       *metav1.Time                    `json:"updateEndedAt,omitempty"`
	UpdatedPodCliquesCount              int32                           `json:"updatedPodCliquesCount"`
	TotalPodCliquesCount                int32                           `json:"totalPodCliquesCount"`
	ReadyReplicaIndicesSelectedToUpdate *ReplicaIndicesSelectedToUpdate `json:"readyReplicaIndicesSelectedToUpdate,omitempty"`
}

type ReplicaIndicesSelectedToUpdate struct {
	Current   int32   `json:"current"`
	Completed []int32 `json:"completed,omitempty"`
}

type ClusterTopologyBinding struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              ClusterTopologyBindingSpec   `json:"spec"`
	Status            ClusterTopologyBindingStatus `json:"status,omitempty"`
}

type ClusterTopologyBindingSpec struct {
	Levels                    []TopologyLevel            `json:"levels"`
	SchedulerTopologyBindings []SchedulerTopologyBinding `json:"schedulerTopologyBindings,omitempty"`
}

type TopologyLevel struct {
	Domain TopologyDomain `json:"domain"`
	Key    string         `json:"key"`
}

type SchedulerTopologyBinding struct {
	SchedulerName     string `json:"schedulerName"`
	TopologyReference string `json:"topologyReference"`
}

type ClusterTopologyBindingStatus struct {
	ObservedGeneration        int64                     `json:"observedGeneration,omitempty"`
	Conditions                []metav1.Condition        `json:"conditions,omitempty"`
	SchedulerTopologyStatuses []SchedulerTopologyStatus `json:"schedulerTopologyStatuses,omitempty"`
}

type SchedulerTopologyStatus struct {
	SchedulerName                              string `json:"schedulerName"`
	TopologyReference                          string `json:"topologyReference"`
	InSync                                     bool   `json:"inSync"`
	SchedulerBackendTopologyObservedGeneration int64  `json:"schedulerBackendTopologyObservedGeneration,omitempty"`
	Message                                    string `json:"message,omitempty"`
}
