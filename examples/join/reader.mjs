// A reader of events: every slip, its points and its consequences, as they are announced.
//
//     npm install amqplib
//     AMQP_URL=amqps://board:PASSWORD@broker.example.org:5671/duban node reader.mjs

import { setTimeout as wait } from 'node:timers/promises'
import amqp from 'amqplib'

const { AMQP_URL, WAIT = '3600' } = process.env
const account = decodeURIComponent(new URL(AMQP_URL).username) // the queue of the account has the same name
const seen = new Set() // keep this where you keep the rest: an event may come twice

const connection = await amqp.connect(AMQP_URL)
const channel = await connection.createChannel()
await channel.prefetch(100)
await channel.consume(account, message => {
  const event = JSON.parse(message.content)
  if (!seen.has(event.id)) {
    seen.add(event.id)
    console.log(event.time, event.type, JSON.stringify(event.data))
  }
  channel.ack(message) // only when it is safe with you
})
await wait(Number(WAIT) * 1000)
await connection.close()
