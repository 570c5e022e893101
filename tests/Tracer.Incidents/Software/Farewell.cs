// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Incidents.Software;

/// <summary>What the game server does with the descriptor of a player who has left.</summary>
internal enum Farewell
{
    Forgets,
    Closes,
    ClosesLate,
}
