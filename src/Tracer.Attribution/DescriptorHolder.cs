// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>One descriptor that refers to a socket; <paramref name="Comm"/> is the name of the thread group leader.</summary>
public readonly record struct DescriptorHolder(ProcessKey Process, uint Fd, WireComm Comm);
