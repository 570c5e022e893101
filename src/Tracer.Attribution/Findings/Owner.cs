// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>Processes that are one service: they share their topmost ancestor with the same executable.</summary>
public sealed record Owner(ProcessKey Group, string Comm, string Exe, string Unit, string ContainerId, string Cgroup, IReadOnlyList<OwnerProcess> Processes);
