// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Client;

/// <summary>What a client needs to know of its own process to start a daemon.</summary>
internal sealed record ClientHost(bool IsRoot, SelfInvocation Self, Action<string> Complain);
