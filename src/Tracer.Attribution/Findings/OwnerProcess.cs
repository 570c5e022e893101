// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>One process of a service, and how many sockets of the finding are its.</summary>
public readonly record struct OwnerProcess(ProcessKey Process, string Comm, string Cmdline, ulong Sockets);
