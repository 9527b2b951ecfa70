// The benchmark's workload: std.extVar('replicas') copies of the scaling group, and what belongs to them.
local set = 'serve';
local namespace = 'inference';
local group = { name: 'model', replicas: 2, minAvailable: 1 };
local cliques = [
  {
    name: 'leader',
    hash: '5b9d9b77748945b8884c',
    replicas: 1,
    args: ['--role=leader', '--port=8000'],
    ports: [{ name: 'http', containerPort: 8000, protocol: 'TCP' }],
  },
  { name: 'worker', hash: '56b88667bb795857d549', replicas: 4, args: ['--role=worker'] },
];

local labels = {
  'app.kubernetes.io/managed-by': 'grove-operator',
  'app.kubernetes.io/part-of': set,
};
local replicaLabel(i) = { 'grove.io/podcliqueset-replica-index': '%d' % i };

local owner(kind, name) = [{
  apiVersion: 'grove.io/v1alpha1',
  kind: kind,
  name: name,
  uid: '',
  controller: true,
  blockOwnerDeletion: true,
}];

local Object(apiVersion, kind, name, component, labelName=name) = {
  apiVersion: apiVersion,
  kind: kind,
  metadata: {
    name: name,
    namespace: namespace,
    labels: labels { 'app.kubernetes.io/name': labelName, 'app.kubernetes.io/component': component },
    ownerReferences: owner('PodCliqueSet', set),
  },
};

local roleName = 'grove.io:pcs:' + set;
local access = [
  Object('v1', 'ServiceAccount', set, 'pod-service-account') { automountServiceAccountToken: true },
  Object('rbac.authorization.k8s.io/v1', 'Role', roleName, 'pod-role', 'grove.io-pcs-' + set) {
    rules: [{ apiGroups: [''], resources: ['pods', 'pods/status'], verbs: ['get', 'list', 'watch'] }],
  },
  Object('rbac.authorization.k8s.io/v1', 'RoleBinding', roleName, 'pod-role-binding', 'grove.io-pcs-' + set) {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: roleName },
    subjects: [{ kind: 'ServiceAccount', name: set, namespace: namespace }],
  },
  Object('v1', 'Secret', set + '-ic-sat', 'pod-sa-token-secret') {
    metadata+: { annotations: { 'kubernetes.io/service-account.name': set } },
    type: 'kubernetes.io/service-account-token',
  },
];

local fromLabel(name, label) = {
  name: name,
  valueFrom: { fieldRef: { fieldPath: "metadata.labels['%s']" % label } },
};

local podSpec(clique) = {
  containers: [{
    name: 'engine',
    image: 'registry.example.com/engine:1.4.2',
    command: ['engine', 'serve'],
    args: clique.args,
    [if 'ports' in clique then 'ports']: clique.ports,
    env: [
      fromLabel('GROVE_PCSG_NAME', 'grove.io/podcliquescalinggroup'),
      { name: 'GROVE_PCSG_TEMPLATE_NUM_PODS', value: '%d' % std.foldl(function(n, c) n + c.replicas, cliques, 0) },
      fromLabel('GROVE_PCSG_INDEX', 'grove.io/podcliquescalinggroup-replica-index'),
      { name: 'MODEL', value: 'llama-70b' },
    ],
    resources: { limits: { 'nvidia.com/gpu': '8' } },
  }],
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
};

local replica(i) =
  local service = '%s-%d' % [set, i];
  local groupName = '%s-%s' % [service, group.name];
  local pods(j, gang, clique) =
    local name = '%s-%d-%s' % [groupName, j, clique.name];
    local podClique = {
      apiVersion: 'grove.io/v1alpha1',
      kind: 'PodClique',
      metadata: {
        name: name,
        namespace: namespace,
        finalizers: ['grove.io/podclique.grove.io'],
        labels: labels + replicaLabel(i) + {
          'app.kubernetes.io/name': name,
          'app.kubernetes.io/component': 'pcsg-podclique',
          [if j >= group.minAvailable then 'grove.io/base-podgang']: service,
          'grove.io/pod-template-hash': clique.hash,
          'grove.io/podcliquescalinggroup': groupName,
          'grove.io/podcliquescalinggroup-replica-index': '%d' % j,
          'grove.io/podgang': gang,
        },
        ownerReferences: owner('PodCliqueScalingGroup', groupName),
      },
      spec: {
        roleName: clique.name,
        replicas: clique.replicas,
        minAvailable: clique.replicas,
        podSpec: podSpec(clique),
      },
    };
    [podClique] + [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          generateName: name + '-',
          namespace: namespace,
          labels: podClique.metadata.labels {
            'grove.io/podclique': name,
            'grove.io/podclique-pod-index': '%d' % k,
          },
          ownerReferences: owner('PodClique', name),
        },
        spec: podClique.spec.podSpec {
          hostname: '%s-%d' % [name, k],
          subdomain: service,
          schedulerName: 'default-scheduler',
          schedulingGates: [{ name: 'grove.io/podgang-pending-creation' }],
          containers: [
            container {
              env: [
                { name: 'GROVE_PCS_NAME', value: set },
                { name: 'GROVE_PCS_INDEX', value: '%d' % i },
                { name: 'GROVE_PCLQ_NAME', value: name },
                { name: 'GROVE_HEADLESS_SERVICE', value: '%s.%s.svc.cluster.local' % [service, namespace] },
                fromLabel('GROVE_PCLQ_POD_INDEX', 'grove.io/podclique-pod-index'),
              ] + super.env,
            }
            for container in super.containers
          ],
        },
      }
      for k in std.range(0, clique.replicas - 1)
    ];
  local groupReplica(j) =
    local gang = if j < group.minAvailable then service else '%s-%d' % [groupName, j - group.minAvailable];
    [
      {
        apiVersion: 'scheduler.grove.io/v1alpha1',
        kind: 'PodGang',
        metadata: {
          name: gang,
          namespace: namespace,
          labels: labels {
            'app.kubernetes.io/component': 'podgang',
            'grove.io/scheduler-name': 'default-scheduler',
          },
          ownerReferences: owner('PodCliqueSet', set),
        },
        spec: {
          podgroups: [
            { name: '%s-%d-%s' % [groupName, j, clique.name], minReplicas: clique.replicas }
            for clique in cliques
          ],
        },
      },
    ] + std.flatMap(function(clique) pods(j, gang, clique), cliques);
  [
    Object('v1', 'Service', service, 'pcs-headless-service') {
      metadata+: { labels+: replicaLabel(i) },
      spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: labels + replicaLabel(i) },
    },
    Object('grove.io/v1alpha1', 'PodCliqueScalingGroup', groupName, 'pcs-podcliquescalinggroup') {
      metadata+: { labels+: replicaLabel(i), finalizers: ['grove.io/podcliquescalinggroup.grove.io'] },
      spec: {
        replicas: group.replicas,
        minAvailable: group.minAvailable,
        cliqueNames: [clique.name for clique in cliques],
      },
    },
  ] + std.flatMap(groupReplica, std.range(0, group.replicas - 1));

access + std.flatMap(replica, std.range(0, std.parseInt(std.extVar('replicas')) - 1))
