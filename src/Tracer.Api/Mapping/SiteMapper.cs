// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Wire;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>Places in the code as messages.</summary>
internal sealed class SiteMapper(IFactSource facts)
{
    private readonly ActorMapper _actors = new(facts);

    /// <param name="site">The place.</param>
    /// <param name="examples">Sockets from there: they know whether their accept was seen.</param>
    public Proto.Site ToSite(Site site, IReadOnlyList<Proto.SocketRecord> examples)
    {
        TcpActor actor = site.Actor;
        Proto.Site message = new()
        {
            Role = (Proto.Site.Types.Role)site.Role,
            Label = site.Label,
            Actor = _actors.ToActor(in actor, SourceOf(site, examples)),
            Request = facts.FindStack(actor.StackId)?.Request ?? "",
        };
        if (message.Actor is not null)
            message.Actor.Kind = KindOf(site.Role);
        return message;
    }

    /// <summary>What a thread does now has no id: the frames come from the look at it.</summary>
    public static void SetStack(Proto.Site site, Proto.ThreadState thread)
    {
        if (site.Actor is null)
            return;
        site.Actor.Stack.Add(thread.Stack);
        site.Actor.StackEnd = thread.StackEnd;
        site.Actor.StackLimitation = thread.Limitation;
        if (thread.HasUserFrame)
            site.Actor.UserFrame = thread.UserFrame;
    }

    private static Proto.Source SourceOf(Site site, IReadOnlyList<Proto.SocketRecord> examples) => site.Role switch
    {
        SiteRole.Accept => examples.Select(static socket => socket.Origin).FirstOrDefault(origin => origin?.StackId == site.Actor.StackId)?.Source
            ?? Proto.Source.Adopted,
        SiteRole.Blocked => Proto.Source.Scanned,
        _ => Proto.Source.Traced,
    };

    private static Proto.OriginKind KindOf(SiteRole role) => role switch
    {
        SiteRole.Connect => Proto.OriginKind.Connect,
        SiteRole.Accept => Proto.OriginKind.Accept,
        _ => Proto.OriginKind.Unspecified,
    };
}
