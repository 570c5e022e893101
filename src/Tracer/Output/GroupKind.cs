// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>What the sockets of one group have in common.</summary>
internal enum GroupKind
{
    Process,
    Peer,
    Stack,
    Listener,
    Verdict,
}
