// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>What a connection of loads/connections.c does, by the word that this program knows.</summary>
internal sealed record ConnectionShape(string Word, string What)
{
    public static readonly ConnectionShape Fin = new("fin", "the client closes first");
    public static readonly ConnectionShape Reset = new("rst", "the client resets it, 6 state changes");
    public static readonly ConnectionShape HalfClose = new("half", "the client closes one way, the server reads the end and closes");
    public static readonly ConnectionShape KeepAlive = new("keep", "10 requests and responses of 64 bytes on it");
}
