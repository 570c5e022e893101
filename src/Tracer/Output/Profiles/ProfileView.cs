// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output.Profiles;

/// <summary>What stands below the stacks of a profile, and how their frames are called.</summary>
/// <param name="BySlot">The slot is the outermost frame.</param>
/// <param name="ByProcess">Processes with the same name are told apart.</param>
internal sealed record ProfileView(bool BySlot, bool ByProcess)
{
    /// <summary>Outermost first.</summary>
    public IEnumerable<string> RootsOf(ProfileSample sample)
    {
        if (BySlot)
            yield return StackSlots.NameOf(sample.Slot);
        string process = SocketText.Name(sample.Process);
        yield return ByProcess && sample.Pid != 0 ? $"{process} ({sample.Pid})" : process;
    }

    /// <summary>function (file:line), or what else is known of the place.</summary>
    public static string LabelOf(Frame frame) => StackText.ShortLine(frame);
}
