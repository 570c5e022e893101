// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Output;

/// <summary>One thing that happened to a socket, or to the listener it waits at.</summary>
/// <param name="Time">Null: nobody knows when.</param>
/// <param name="Text">What, by whom, where.</param>
/// <param name="Actor">Who did it, with the stack.</param>
/// <param name="IsLatest">It may have been earlier.</param>
/// <param name="IsOfListener">It happened to the listener.</param>
internal sealed record BiographyMoment(Timestamp? Time, string Text, Actor? Actor = null, bool IsLatest = false, bool IsOfListener = false);
