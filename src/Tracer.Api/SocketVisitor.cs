// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api;

/// <summary>Looks at one socket. It is the hub's memory: copy what outlives the call.</summary>
public delegate void SocketVisitor(in TrackedSocket socket);
